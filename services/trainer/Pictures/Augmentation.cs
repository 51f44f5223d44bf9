// Chen, Kornblith, Norouzi, Hinton: A Simple Framework for Contrastive Learning of Visual Representations. ICML 2020, https://arxiv.org/abs/2002.05709
using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Pictures;

/// <summary>Another look at the same pictures: mirrored or not, nearer, aside, brighter or paler.</summary>
/// <param name="nearest">Share of a side that the nearest look shows.</param>
internal sealed class Augmentation(int seed, double nearest)
{
    private const double Aside = .1, Brightness = .15, Contrast = .3, Colour = .4;
    private readonly Random random = new(seed);

    /// <param name="pictures">(batch, 3, side, side) from 0 to 1.</param>
    public Tensor Of(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var batch = (int)pictures.shape[0];
        var grid = nn.functional.affine_grid(Places(batch), pictures.shape, align_corners: false);
        var seen = nn.functional.grid_sample(pictures, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false);
        var grey = seen.mean([1], keepdim: true); // (batch, 1, side, side)
        seen = grey.Plus((seen - grey) * Around(batch, 1, Colour));
        var mean = seen.mean([1, 2, 3], keepdim: true);
        seen = (mean * Around(batch, 1, Brightness)).Plus((seen - mean) * Around(batch, 1, Contrast));
        return seen.clamp(Scalars.Of(0), Scalars.Of(1)).MoveToOuterDisposeScope();
    }

    /// <summary>(batch, 2, 3): where each pixel of the new picture is in the old one.</summary>
    private Tensor Places(int batch)
    {
        var places = new float[batch * 6];
        for (var row = 0; row < batch; row++)
        {
            var scale = nearest + (random.NextDouble() * (1 - nearest));
            var mirror = random.Next(2) == 0 ? 1 : -1;
            var free = 1 - scale + Aside;
            (places[row * 6], places[(row * 6) + 2]) = ((float)(scale * mirror), (float)(free * ((2 * random.NextDouble()) - 1)));
            (places[(row * 6) + 4], places[(row * 6) + 5]) = ((float)scale, (float)(free * ((2 * random.NextDouble()) - 1)));
        }
        return tensor(places, batch, 2, 3);
    }

    /// <summary>(batch, 1, 1, 1) factors.</summary>
    private Tensor Around(int batch, double middle, double reach) =>
        tensor([.. Enumerable.Range(0, batch).Select(_ => (float)(middle + (reach * ((2 * random.NextDouble()) - 1))))], batch, 1, 1, 1);
}
