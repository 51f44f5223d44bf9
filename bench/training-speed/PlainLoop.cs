using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelOps.Bench.TrainingSpeed;

/// <summary>A training loop as TorchSharp's tutorials write it: modules, autograd, torch.optim.AdamW, a dispose scope a step. The batches lie ready.</summary>
internal static class PlainLoop
{
    public static void Run(string folder, int threads, int steps)
    {
        set_num_threads(threads);
        var work = Work.Read(folder);
        var batches = work.ReadBatches(folder).Select(one => (
            Inputs: tensor(one.Batch.Inputs, one.Batch.Rows, one.Batch.Columns), Targets: tensor(one.Batch.Targets, one.Batch.Rows, one.Batch.Columns), Negatives: tensor(one.Negatives))).ToArray();

        using (var model = new PlainSasRec(work with { Dropout = 0 }, folder))
            Ours.Report("losses", Train(model, work, batches[..steps], drawn: true));
        using var timed = new PlainSasRec(work, folder);
        _ = Train(timed, work, batches, drawn: false);
        var (watch, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        _ = Train(timed, work, batches, drawn: false);
        Ours.Report("timed", [batches.Sum(batch => batch.Inputs.shape[0]), watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds]);
        Console.ReadLine();
    }

    private static List<double> Train(PlainSasRec model, Work work, (Tensor Inputs, Tensor Targets, Tensor Negatives)[] batches, bool drawn)
    {
        model.train();
        using var optimizer = optim.AdamW(model.parameters(), work.LearningRate, beta1: 0.9, beta2: 0.98, weight_decay: 0);
        var losses = new List<double>();
        foreach (var (inputs, targets, negatives) in batches)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = model.Loss(inputs, targets, drawn ? negatives : randint(1, work.Items + 1, work.Negatives, ScalarType.Int64));
            loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), work.ClipNorm);
            optimizer.step();
            losses.Add(loss.item<float>());
        }
        return losses;
    }

    private sealed class PlainBlock : Module<Tensor, Tensor, Tensor>
    {
        private readonly LayerNorm attentionNorm, forwardNorm;
        private readonly Linear query, key, value, output, widen, narrow;
        private readonly Dropout dropout;
        private readonly Work work;

        public PlainBlock(Work work) : base(nameof(PlainBlock))
        {
            this.work = work;
            (attentionNorm, forwardNorm) = (LayerNorm(work.Dimensions, eps: 1e-8), LayerNorm(work.Dimensions, eps: 1e-8));
            (query, key, value) = (Linear(work.Dimensions, work.Dimensions), Linear(work.Dimensions, work.Dimensions), Linear(work.Dimensions, work.Dimensions));
            (output, widen, narrow) = (Linear(work.Dimensions, work.Dimensions), Linear(work.Dimensions, work.Dimensions), Linear(work.Dimensions, work.Dimensions));
            dropout = Dropout(work.Dropout);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask)
        {
            using var scope = NewDisposeScope();
            var (batch, time) = (x.shape[0], x.shape[1]);
            Tensor Split(Tensor t) => t.view(batch, time, work.Heads, work.Dimensions / work.Heads).transpose(1, 2);
            var normed = attentionNorm.forward(x);
            var attended = functional.scaled_dot_product_attention(Split(query.forward(normed)), Split(key.forward(normed)), Split(value.forward(normed)), mask, training ? work.Dropout : 0);
            x = x + dropout.forward(output.forward(attended.transpose(1, 2).reshape(batch, time, work.Dimensions)));
            var hidden = dropout.forward(functional.relu(widen.forward(forwardNorm.forward(x))));
            return (x + dropout.forward(narrow.forward(hidden))).MoveToOuterDisposeScope();
        }
    }

    private sealed class PlainSasRec : Module<Tensor, Tensor>
    {
        private readonly Work work;
        private readonly Embedding items;
        private readonly Embedding? features;
        private readonly Tensor? featureIds, featureScale;
        private readonly Parameter positions;
        private readonly ModuleList<PlainBlock> blocks;
        private readonly LayerNorm norm;
        private readonly Dropout dropout;

        public PlainSasRec(Work work, string folder) : base(nameof(PlainSasRec))
        {
            this.work = work;
            items = Embedding(work.Items + 1, work.Dimensions, padding_idx: 0);
            if (work.Width > 0)
            {
                features = Embedding(work.Features + 1, work.Dimensions, padding_idx: 0);
                featureIds = tensor(Work.ReadFeatures(folder), work.Items + 1, work.Width);
                featureScale = featureIds.ne(0).sum(1, keepdim: true).clamp_min(1).to_type(ScalarType.Float32).rsqrt();
            }
            positions = new Parameter(zeros(work.Length, work.Dimensions));
            blocks = ModuleList(Enumerable.Range(0, work.Blocks).Select(_ => new PlainBlock(work)).ToArray());
            norm = LayerNorm(work.Dimensions, eps: 1e-8);
            dropout = Dropout(work.Dropout);
            RegisterComponents();
            using var untracked = no_grad();
            var weights = work.ReadWeights(folder);
            foreach (var (name, parameter) in named_parameters())
                parameter.copy_(tensor(weights[name]).view(parameter.shape));
        }

        private Tensor Vectors(Tensor ids)
        {
            var own = items.forward(ids);
            if (features is null)
                return own;
            var flat = ids.flatten();
            var said = features.forward(featureIds!.index_select(0, flat)).sum(1) * featureScale!.index_select(0, flat);
            return own + said.view(own.shape);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var time = input.shape[1];
            var sees = ones(time, time, ScalarType.Bool).tril().logical_and(input.ne(0).unsqueeze(1).unsqueeze(1).logical_or(eye(time, time, ScalarType.Bool)));
            var x = dropout.forward(Vectors(input) * Math.Sqrt(work.Dimensions) + positions.slice(0, work.Length - time, work.Length, 1));
            foreach (var block in blocks)
                x = block.forward(x, zeros_like(sees, ScalarType.Float32).masked_fill(sees.logical_not(), -1e9f));
            return norm.forward(x).MoveToOuterDisposeScope();
        }

        public Tensor Loss(Tensor inputs, Tensor targets, Tensor negatives)
        {
            var places = targets.ne(0);
            var (hidden, wanted) = (forward(inputs)[places], targets[places]); // (targets, dim), (targets)
            var target = (hidden * Vectors(wanted)).sum(-1, keepdim: true);
            var others = functional.linear(hidden, Vectors(negatives)).masked_fill(negatives.eq(wanted.unsqueeze(1)), -1e9f);
            return functional.cross_entropy(cat([target, others], 1), zeros_like(wanted));
        }
    }
}
