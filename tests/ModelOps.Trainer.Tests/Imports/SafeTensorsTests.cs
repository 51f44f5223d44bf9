using CsCheck;
using ModelOps.Trainer.Imports;

namespace ModelOps.Trainer.Tests.Imports;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly Folder folder = new();

    private string FilePath => Path.Combine(folder.Path, "model.safetensors");

    [Fact]
    public void Read_AnyTensors_GivesWhatWasWritten() =>
        Gen.Float[-9, 9].Array[0, 20].Array[0, 5].Sample(tensors =>
        {
            SafeTensorsFile.Write(FilePath, tensors.Select((values, i) => ($"t{i}", new long[] { values.Length, 1 }, values)));
            using var file = SafeTensors.Open(FilePath);
            Assert.Equal(tensors.Length, file.Tensors.Count);
            for (var i = 0; i < tensors.Length; i++)
                Assert.Equal(tensors[i], file.Read($"t{i}"));
        }, iter: 30, threads: 1);

    /// <summary>−1.5 and 2 in every type that can be read.</summary>
    [Theory]
    [InlineData("F64", "000000000000F8BF0000000000000040")]
    [InlineData("F32", "0000C0BF00000040")]
    [InlineData("F16", "00BE0040")]
    [InlineData("BF16", "C0BF0040")]
    public void Read_OtherPrecision_Converts(string type, string bytes)
    {
        var data = Convert.FromHexString(bytes);
        SafeTensorsFile.Write(FilePath, $$"""{ "w": { "dtype": "{{type}}", "shape": [2], "data_offsets": [0, {{data.Length}}] } }""", data);
        using var file = SafeTensors.Open(FilePath);
        Assert.Equal([-1.5f, 2f], file.Read("w"));
    }

    [Fact]
    public void Read_WholeNumbers_IsRefusedByName()
    {
        SafeTensorsFile.Write(FilePath, """{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);
        using var file = SafeTensors.Open(FilePath);
        Assert.Contains("'ids' is of type I64", Assert.Throws<ImportException>(() => file.Read("ids")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "'b' begins at byte 4, the one before it ends at 8: they overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", "they leave a hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "something follows them")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}""", "was cut off")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", "'a' of type F32 and shape [2] needs 8 bytes but has 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,12]}}""", "needs 9223372036854775807 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}""", "which cannot be")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[12,0]}}""", "which cannot be")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0]}}""", "which cannot be")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[3],"data_offsets":[0,12]}}""", "unknown type Q4")]
    [InlineData("""{"a":{"dtype":null,"shape":[3],"data_offsets":[0,12]}}""", "unknown type null")]
    [InlineData("""{"a":{"dtype":"F32","shape":"3","data_offsets":[0,12]}}""", "describes the tensor 'a' wrongly")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3.5],"data_offsets":[0,12]}}""", "describes the tensor 'a' wrongly")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3]}}""", "describes the tensor 'a' wrongly")]
    [InlineData("""{"a":7}""", "describes the tensor 'a' wrongly")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "not the JSON of a safetensors file")]
    [InlineData("""[]""", "not the JSON of a safetensors file")]
    [InlineData("""{"a":""", "not the JSON of a safetensors file")]
    public void Open_HeaderThatContradicts_IsRefusedByName(string header, string cause)
    {
        SafeTensorsFile.Write(FilePath, header, new byte[12]);
        Assert.Contains(cause, Assert.Throws<ImportException>(() => SafeTensors.Open(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CutOffAnywhere_IsRefused()
    {
        SafeTensorsFile.Write(FilePath, [("a", [2, 3], [1, 2, 3, 4, 5, 6]), ("b", [1], [7])]);
        var whole = File.ReadAllBytes(FilePath);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Assert.Throws<ImportException>(() => SafeTensors.Open(FilePath));
        }
    }

    [Fact]
    public void Open_AnotherFormat_IsRefused()
    {
        File.WriteAllText(FilePath, "PK\u0003\u0004 this is a pickle in a zip, as torch.save writes it");
        Assert.Contains("another format", Assert.Throws<ImportException>(() => SafeTensors.Open(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnyBytes_NeverFailsOtherwise() =>
        Gen.Byte.Array[0, 60].Sample(bytes =>
        {
            File.WriteAllBytes(FilePath, bytes);
            Assert.Throws<ImportException>(() => SafeTensors.Open(FilePath));
        }, iter: 200, threads: 1);

    public void Dispose() => folder.Dispose();
}
