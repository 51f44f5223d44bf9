// Each of these tests starts servers: side by side they would only wait for each other's processor time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
