// libtorch's random numbers come from one generator a process: a test that draws from it would change another's training.
// A worker process trains alone.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
