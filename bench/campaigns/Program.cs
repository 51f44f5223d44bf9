using ModelOps.Bench.Campaigns;

Proto.Run();
