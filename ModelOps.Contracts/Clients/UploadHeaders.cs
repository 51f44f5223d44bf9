namespace ModelOps.Contracts.Clients;

/// <summary>Of the IETF's "Resumable Uploads for HTTP": how far what is uploaded has come.</summary>
public static class UploadHeaders
{
    /// <summary>At which byte a part begins, or the file stands.</summary>
    public const string Offset = "Upload-Offset";

    /// <summary><c>?1</c> for the last part, or a file that is whole; else <c>?0</c>.</summary>
    public const string Complete = "Upload-Complete";
}
