using System.Runtime.InteropServices;

namespace ModelOps.Trainer.Trees;

/// <summary>The few functions of LightGBM's C API that training needs (https://lightgbm.readthedocs.io/en/latest/C-API.html). Every call answers 0, or why not.</summary>
internal static partial class LightGbm
{
    public const int Float32 = 0, Int32 = 2;
    public const int PredictTransformed = 0, PredictRaw = 1;
    private const string Library = "lib_lightgbm";

    /// <exception cref="TreesException">With what LightGBM says.</exception>
    public static void Check(int answer)
    {
        if (answer != 0)
            throw new TreesException($"LightGBM refuses: {Marshal.PtrToStringUTF8(GetLastError())} Check the parameters and the rows.");
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int DatasetCreateFromMat(void* data, int type, int rows, int columns, int rowMajor, string parameters, nint reference, out nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int DatasetSetField(nint dataset, string field, void* data, int elements, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    public static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterCreate(nint dataset, string parameters, out nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterAddValidData")]
    public static partial int BoosterAddValidData(nint booster, nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    public static partial int BoosterUpdateOneIter(nint booster, out int finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetEvalCounts")]
    public static partial int BoosterGetEvalCounts(nint booster, out int count);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetEval")]
    public static unsafe partial int BoosterGetEval(nint booster, int dataset, out int count, double* results);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetNumClasses")]
    public static partial int BoosterGetNumClasses(nint booster, out int classes);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int BoosterPredictForMat(
        nint booster, void* data, int type, int rows, int columns, int rowMajor, int predict, int firstRound, int rounds, string parameters, out long count, double* results);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterDumpModel")]
    public static unsafe partial int BoosterDumpModel(nint booster, int firstRound, int rounds, int importance, long capacity, out long length, byte* text);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    public static unsafe partial int BoosterSaveModelToString(nint booster, int firstRound, int rounds, int importance, long capacity, out long length, byte* text);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    public static partial int BoosterFree(nint booster);
}

/// <summary>Trees that cannot be grown, read or written; the message names the cause and the remedy.</summary>
public sealed class TreesException(string message) : Exception(message);
