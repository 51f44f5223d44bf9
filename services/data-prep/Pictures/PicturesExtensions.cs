namespace ModelOps.DataPrep.Pictures;

internal static class PicturesExtensions
{
    public static IServiceCollection AddPictures(this IServiceCollection services)
    {
        services.AddOptions<PictureOptions>().BindConfiguration("Pictures").ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<PictureDownload>().AddSingleton<PictureLinksSource>();
    }
}
