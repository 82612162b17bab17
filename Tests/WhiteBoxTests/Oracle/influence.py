"""Oracle of the white-box tests: data, weights and expected values, written as JSON next to this file.

Run: python influence.py. Made with Python 3.11, torch 2.15.0, numpy 1.26.4, pyDVL 0.10.0, dattri 0.3.0,
captum 0.9.0, kronfluence 1.0.1, traker 0.3.2 (pip install dattri traker kronfluence captum "pyDVL[influence]").

Conventions, stored in every file too: a layer is a matrix of (inputs + 1) x outputs, row-major, its last row
the biases; the parameter vector is the layers' matrices in order. A convolution's inputs are the patch in the
order (channel, ky, kx); its pooled maps enter the next layer in the order (channel, y, x). Scores are
values[query * N + example], positive = the example helps the query. G and Q hold the gradients of the
cross-entropy of train and query examples as rows, H is the mean Hessian over the train examples.
Each expected value is asserted against its formula in NumPy before it is written.
"""
import json
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent
PACKAGES = ["torch", "numpy", "pyDVL", "dattri", "captum", "kronfluence", "traker"]
CHECKPOINT_RATES = [0.5, 0.25]


# ---- Models, and the one parameter layout

def layers(tensors):
    """The parameter vector of a state dictionary or of gradients named like one (batched or not)."""
    parts = []
    for name in [n for n in tensors if n.endswith("weight")]:
        w, b = tensors[name], tensors[name.replace("weight", "bias")]
        lead = b.shape[:-1]
        w = w.reshape(*lead, b.shape[-1], -1).swapaxes(-1, -2)
        parts.append(torch.cat([w, b.unsqueeze(-2)], -2).reshape(*lead, -1))
    return torch.cat(parts, -1)


def named(vector, model):
    """The inverse of `layers` for one vector."""
    out, start = {}, 0
    state = model.state_dict()
    for name in [n for n in state if n.endswith("weight")]:
        w, o = state[name], state[name].shape[0]
        rows = w.numel() // o + 1
        m = vector[start : start + rows * o].reshape(rows, o)
        out[name], out[name.replace("weight", "bias")] = m[:-1].T.reshape(w.shape), m[-1]
        start += rows * o
    return out


def loss(model, vector, x, y):
    return cross_entropy(torch.func.functional_call(model, named(vector, model), (x,)), y)


def margin(model, vector, x, y):
    z = torch.func.functional_call(model, named(vector, model), (x,))[0]
    own = torch.arange(len(z)) == y[0]
    return (z * own).sum() - torch.logsumexp(z.masked_fill(own, -torch.inf), -1)


def per_example(function, model, vector, x, y):
    g = torch.func.grad(lambda v, a, b: function(model, v, a[None], b[None]))
    return torch.func.vmap(g, in_dims=(None, 0, 0))(vector, x, y)


def hessian(model, vector, x, y):
    return torch.func.hessian(lambda v: loss(model, v, x, y))(vector)


def gauss_newton(model, vector, x):
    """Mean over the examples of J^T (diag p - p p^T) J."""
    z = lambda v, a: torch.func.functional_call(model, named(v, model), (a[None],))[0]
    J = torch.func.vmap(torch.func.jacrev(z), in_dims=(None, 0))(vector, x)
    p = torch.softmax(model(x).detach(), -1)
    W = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    return torch.einsum("nap,nab,nbq->pq", J, W, J) / len(x)


def fit(model, x, y, ridge, steps):
    opt = torch.optim.LBFGS(model.parameters(), max_iter=steps, tolerance_grad=1e-13,
                            tolerance_change=0, line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        value = cross_entropy(model(x), y) + ridge / 2 * sum((w**2).sum() for w in model.parameters())
        value.backward()
        return value

    opt.step(closure)


# ---- The libraries. Each returns N x Q.

def pydvl(kind, model, data, queries, damping):
    from pydvl.influence.torch import CgInfluence, DirectInfluence

    tight = {} if kind == "direct" else {"rtol": 1e-12, "atol": 1e-14, "maxiter": 2000}
    made = {"direct": DirectInfluence, "cg": CgInfluence}[kind](model, cross_entropy, damping, **tight)
    made = made.fit(DataLoader(TensorDataset(*data), batch_size=len(data[0])))
    return made.influences(*queries, *data).T


def dattri(kind, model, data, queries, damping):
    from dattri.algorithm.influence_function import IFAttributorCG, IFAttributorExplicit
    from dattri.task import AttributionTask

    def f(params, batch):
        x, y = batch
        return cross_entropy(torch.func.functional_call(model, params, (x,)), y.long())

    task = AttributionTask(loss_func=f, model=model, checkpoints=model.state_dict())
    made = (IFAttributorExplicit(task=task, regularization=damping) if kind == "explicit"
            else IFAttributorCG(task=task, max_iter=60, regularization=damping))
    train = DataLoader(TensorDataset(*data), batch_size=len(data[0]))
    made.cache(train)
    return made.attribute(train, DataLoader(TensorDataset(*queries), batch_size=len(queries[0])))


def captum_naive(model, data, queries, damping):
    """Captum sums the Hessian over the examples: N * damping, and N times its result."""
    from captum.influence import NaiveInfluenceFunction

    n = len(data[0])
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/w.pt"
        torch.save(model.state_dict(), path)
        made = NaiveInfluenceFunction(
            model, TensorDataset(*data), path, loss_fn=nn.CrossEntropyLoss(reduction="none"), batch_size=n,
            checkpoints_load_func=load, projection_dim=None, hessian_reg=n * damping, hessian_inverse_tol=0.0)
        return n * made.influence(queries).T.detach()


def load(model, path):
    model.load_state_dict(torch.load(path)["weights"] if "TracIn" in path else torch.load(path))
    return torch.load(path)["rate"] if "TracIn" in path else 1.0


def captum_tracin(model, data, queries, checkpoints):
    from captum.influence import TracInCP

    before = {k: v.clone() for k, v in model.state_dict().items()}
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for index, (weights, rate) in enumerate(checkpoints):
            paths.append(f"{folder}/TracIn{index}.pt")
            torch.save({"weights": {k: v.clone() for k, v in weights.items()}, "rate": rate}, paths[-1])
        made = TracInCP(model, TensorDataset(*data), paths, loss_fn=nn.CrossEntropyLoss(reduction="sum"),
                        batch_size=len(data[0]), sample_wise_grads_per_batch=True, checkpoints_load_func=load)
        scores = made.influence(queries).T.detach()
    model.load_state_dict(before)
    return scores


def kronfluence(strategy, model, data, queries, damping):
    """Empirical Fisher (labels of the data), everything in float64. damping None is the heuristic."""
    import copy

    from kronfluence.analyzer import Analyzer, prepare_model
    from kronfluence.arguments import FactorArguments, ScoreArguments
    from kronfluence.task import Task
    from kronfluence.utils.dataset import DataLoaderKwargs

    class Classification(Task):
        def compute_train_loss(self, batch, model, sample=False):
            return cross_entropy(model(batch[0]), batch[1], reduction="sum")

        def compute_measurement(self, batch, model):
            return cross_entropy(model(batch[0]), batch[1], reduction="sum")

    task = Classification()
    prepared = prepare_model(copy.deepcopy(model), task)
    double = torch.float64
    factor = FactorArguments(strategy=strategy, use_empirical_fisher=True, activation_covariance_dtype=double,
                             gradient_covariance_dtype=double, eigendecomposition_dtype=double,
                             per_sample_gradient_dtype=double, lambda_dtype=double)
    score = ScoreArguments(damping_factor=damping, per_sample_gradient_dtype=double,
                           precondition_dtype=double, score_dtype=double)
    with tempfile.TemporaryDirectory() as folder:
        analyzer = Analyzer("oracle", prepared, task, cpu=True, output_dir=folder, disable_tqdm=True)
        analyzer.fit_all_factors("f", TensorDataset(*data), per_device_batch_size=16, factor_args=factor)
        analyzer.compute_pairwise_scores("s", "f", TensorDataset(*queries), TensorDataset(*data),
                                         per_device_query_batch_size=3, per_device_train_batch_size=16,
                                         score_args=score)
        return analyzer.load_pairwise_scores("s")["all_modules"].T


def traker(model, data, queries, ridge):
    """float32 inside. traker divides the inverse by its mean absolute entry: multiplied back here."""
    import copy
    import logging

    from trak import TRAKer
    from trak.projectors import NoOpProjector
    from trak.score_computers import BasicScoreComputer

    class Recorded(BasicScoreComputer):
        def get_x_xtx_inv(self, grads, xtx):
            inverse = torch.linalg.inv(xtx + self.lambda_reg * torch.eye(len(xtx), dtype=xtx.dtype))
            self.scale = inverse.abs().mean().item()
            return super().get_x_xtx_inv(grads, xtx)

    single = copy.deepcopy(model).float()
    n, p = len(data[0]), sum(w.numel() for w in single.parameters())
    with tempfile.TemporaryDirectory() as folder:
        made = TRAKer(model=single, task="image_classification", train_set_size=n, save_dir=folder, device="cpu",
                      projector=NoOpProjector(grad_dim=p, proj_dim=p, device="cpu"), proj_dim=p,
                      score_computer=Recorded, use_half_precision=False, lambda_reg=ridge,
                      logging_level=logging.ERROR)
        state = single.state_dict()
        made.load_checkpoint(state, model_id=0)
        made.featurize([data[0].float(), data[1]], num_samples=n)
        made.finalize_features()
        made.start_scoring_checkpoint("q", state, model_id=0, num_targets=len(queries[0]))
        made.score([queries[0].float(), queries[1]], num_samples=len(queries[0]))
        return torch.tensor(np.array(made.finalize_scores("q"))).double() * made.score_computer.scale


# ---- The formulas

def ekfac(model, vector, data, queries, damping):
    """EK-FAC as Kronfluence computes it, per layer with inputs a (with a trailing 1) and output gradients d of
    the per-example loss (not divided by anything):
      A = sum a a^T / n, S = sum d d^T / n, eigenvectors U_A, U_S (columns; eigh of (M + M^T) / 2);
      Lambda[j, k] = sum over examples of (U_A^T g U_S)[j, k]^2 / n, g the per-example gradient (inputs+1) x outputs;
      score = sum over layers of <g_i, U_A ((U_A^T g_q U_S) / (Lambda + damping)) U_S^T>,
      damping per layer 0.1 * mean(Lambda) where none is given. g = a d^T for a linear layer."""
    G, Q = (per_example(loss, model, vector, *d).numpy() for d in (data, queries))
    n, scores, start = len(G), 0, 0
    inputs, names = {}, [k for k, m in model.named_modules() if isinstance(m, nn.Linear)]
    hooks = [model.get_submodule(k).register_forward_hook(
        lambda m, i, o, k=k: inputs.update({k: (i[0].detach(), o)})) for k in names]
    value = cross_entropy(model(data[0]), data[1], reduction="sum")
    deltas = torch.autograd.grad(value, [inputs[k][1] for k in names])
    for h in hooks:
        h.remove()
    for k, d in zip(names, deltas):
        a, d = np.hstack([inputs[k][0].numpy(), np.ones((n, 1))]), d.numpy()
        UA, US = np.linalg.eigh(a.T @ a / n)[1], np.linalg.eigh(d.T @ d / n)[1]
        shape = (a.shape[1], d.shape[1])
        part = slice(start, start + shape[0] * shape[1])
        start = part.stop
        turn = lambda g: np.einsum("ij,niq,qk->njk", UA, g[:, part].reshape(-1, *shape), US)
        g, q = turn(G), turn(Q)
        L = (g**2).mean(0)
        scores = scores + np.einsum("njk,qjk->nq", g, q / (L + (0.1 * L.mean() if damping is None else damping)))
    return scores


def agree(a, b, tolerance, what):
    a, b = (np.asarray(v.detach() if torch.is_tensor(v) else v) for v in (a, b))
    error = np.abs(a - b).max() / np.abs(b).max()
    print(f"  {what}: {error:.1e}")
    assert a.shape == b.shape and error < tolerance, what


def flat(values):
    """Fifteen significant digits, flattened."""
    return [float(f"{v:.15g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def described(model, vector, data, queries, description):
    return {
        "conventions": " ".join(__doc__.split("Conventions, stored in every file too: ")[1].split("Each expected")[0].split()),
        "packages": {p: version(p) for p in PACKAGES},
        "model": description,
        "inputs": int(data[0][0].numel()), "outputs": int(data[1].max()) + 1,
        "parameters": flat(vector),
        "train": {"count": len(data[0]), "features": flat(data[0]), "labels": data[1].tolist()},
        "queries": {"count": len(queries[0]), "features": flat(queries[0]), "labels": queries[1].tolist()},
    }


def derivatives(model, vector, data, rng):
    """Forward values of every train example; gradients of the first three; products with one direction."""
    z = model(data[0]).detach()
    first = (data[0][:3], data[1][:3])
    v = torch.tensor(np.round(rng.normal(size=len(vector)), 3))
    margins = torch.func.vmap(lambda a, b: margin(model, vector, a[None], b[None]))(*data)
    return {
        "logits": flat(z), "losses": flat(cross_entropy(z, data[1], reduction="none")), "margins": flat(margins),
        "lossGradients": flat(per_example(loss, model, vector, *first)),
        "marginGradients": flat(per_example(margin, model, vector, *first)),
        "direction": flat(v),
        "hessianProduct": flat(hessian(model, vector, *data) @ v),
        "gaussNewtonProduct": flat(gauss_newton(model, vector, data[0]) @ v),
        "formula": "products: mean over the train examples of the (Gauss-Newton) Hessian of the cross-entropy, times direction",
    }


def attribution(model, vector, data, queries, damping, ridge, earlier):
    """Every library's scores, each checked against the formula it is said to equal."""
    out = {}
    n = len(data[0])
    G, Q = (per_example(loss, model, vector, *d).numpy() for d in (data, queries))
    F, Fq = (per_example(margin, model, vector, *d).numpy() for d in (data, queries))
    H, C, E = hessian(model, vector, *data).numpy(), gauss_newton(model, vector, data[0]).numpy(), G.T @ G / n
    I = np.eye(len(vector))
    print("  smallest eigenvalue of H", np.linalg.eigvalsh(H)[0], "largest", np.linalg.eigvalsh(H)[-1])
    p = torch.softmax(model(data[0]).detach(), -1).numpy()[np.arange(n), data[1].numpy()]
    solve = lambda M: G @ np.linalg.solve(M + damping * I, Q.T)
    weights = {k: v.clone() for k, v in model.state_dict().items()}
    both = 0
    for w, rate in zip([named(earlier, model), weights], CHECKPOINT_RATES):
        both = both + rate * per_example(loss, model, layers(w), *data) @ per_example(loss, model, layers(w), *queries).T
    trak = F @ np.linalg.solve(F.T @ F + ridge * len(vector) * I, Fq.T) * (1 - p)[:, None]

    def add(name, source, formula, scores, expected, tolerance=1e-9, **settings):
        agree(scores, expected, tolerance, f"{name} ({source})")
        out[name] = {"source": source, "formula": formula, **settings, "scores": flat(np.asarray(torch.as_tensor(scores).detach()).T)}

    influence = "G (H + damping I)^-1 Q^T"
    add("influence", "pyDVL DirectInfluence", influence, pydvl("direct", model, data, queries, damping), solve(H), damping=damping)
    add("conjugateGradients", "pyDVL CgInfluence", influence, pydvl("cg", model, data, queries, damping), solve(H), damping=damping)
    add("influenceDattri", "dattri IFAttributorExplicit", influence, dattri("explicit", model, data, queries, damping), solve(H), damping=damping)
    add("conjugateGradientsDattri", "dattri IFAttributorCG", influence, dattri("cg", model, data, queries, damping), solve(H), 1e-7, damping=damping)
    add("influenceCaptum", "captum NaiveInfluenceFunction(projection_dim=None, hessian_reg=N*damping), times N", influence, captum_naive(model, data, queries, damping), solve(H), 1e-7, damping=damping)
    add("influenceGaussNewton", "torch.func", "G (GGN + damping I)^-1 Q^T", solve(C), solve(C), damping=damping)
    add("influenceEmpiricalFisher", "torch.func", "G (G^T G / N + damping I)^-1 Q^T", solve(E), solve(E), damping=damping)
    add("gradDot", "captum TracInCP, one checkpoint, rate 1", "G Q^T", captum_tracin(model, data, queries, [(weights, 1.0)]), G @ Q.T)
    add("tracIn", "captum TracInCP, two checkpoints", "sum over checkpoints of rate * G Q^T", captum_tracin(model, data, queries, list(zip([named(earlier, model), weights], CHECKPOINT_RATES))), both,
        checkpoints=[flat(earlier), flat(vector)], rates=CHECKPOINT_RATES)
    add("kronfluenceIdentity", "kronfluence identity", "G Q^T", kronfluence("identity", model, data, queries, damping), G @ Q.T)
    add("kronfluenceDiagonal", "kronfluence diagonal, empirical Fisher", "G diag(mean g^2 + damping)^-1 Q^T", kronfluence("diagonal", model, data, queries, damping), G @ (Q / ((G**2).mean(0) + damping)).T, damping=damping)
    formula = " ".join(ekfac.__doc__.split())
    add("ekfac", "kronfluence ekfac, empirical Fisher", formula, kronfluence("ekfac", model, data, queries, damping), ekfac(model, vector, data, queries, damping), damping=damping)
    add("ekfacHeuristic", "kronfluence ekfac, empirical Fisher, damping_factor None", formula, kronfluence("ekfac", model, data, queries, None), ekfac(model, vector, data, queries, None))
    add("trak", "traker TRAKer(NoOpProjector, lambda_reg=ridge), float32, times the mean absolute entry of its inverse",
        "F (F^T F + ridge P I)^-1 F_q^T with row i times (1 - p_i); F margin gradients, P parameters, p_i the probability of the label",
        traker(model, data, queries, ridge), trak, 1e-4, ridge=ridge)
    out["trakExact"] = {"source": "torch.func, float64", "formula": out["trak"]["formula"], "ridge": ridge, "scores": flat(trak.T)}
    return out


def save(name, content):
    path = HERE / f"{name}.json"
    path.write_text(json.dumps(content, separators=(",", ":")).replace('"source"', '\n"source"') + "\n")
    print(name, path.stat().st_size)


def data_set(rng, count, shape, classes, spread):
    """Gaussian features around one random mean per class, in thousandths; labels in turn, one in eight random."""
    means = rng.normal(size=(classes, *shape)) * spread
    y = np.arange(count) % classes
    y = np.where(rng.random(count) < 0.125, rng.integers(0, classes, count), y)
    x = np.round(means[np.arange(count) % classes] + rng.normal(size=(count, *shape)), 3)
    return torch.tensor(x), torch.tensor(y)


def split(data, n):
    return tuple(d[:n] for d in data), tuple(d[n:] for d in data)


def main():
    rng = np.random.default_rng(5)
    torch.manual_seed(5)
    tables = [
        ("softmax", lambda: nn.Sequential(nn.Linear(8, 3)), 500, 1e-2, 1e-2,
         "softmax regression, 8 inputs and a bias, 3 classes; converged with ridge 0.01 (objective: mean loss + 0.005 |theta|^2, biases included)"),
        ("perceptron", lambda: nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 3)), 8, 1e-2, 0.2,
         "8 inputs, 6 tanh units, 3 classes, biases in both layers; a few steps of training, not at an optimum"),
    ]
    for name, build, steps, ridge, damping, description in tables:
        print(name)
        data, queries = split(data_set(rng, 66, (8,), 3, 0.6), 60)
        model = build()
        fit(model, *data, ridge, steps)
        vector = torch.tensor(np.array(flat(layers(model.state_dict()).detach())))
        model.load_state_dict(named(vector, model))
        earlier = torch.tensor(np.array(flat(np.round(vector.numpy() / 2, 3))))
        content = described(model, vector, data, queries, description)
        content["derivatives"] = derivatives(model, vector, data, rng)
        content["attribution"] = attribution(model, vector, data, queries, damping, 0.1, earlier)
        save(name, content)
    print("convolutional")
    data, queries = split(data_set(rng, 22, (1, 6, 6), 3, 0.6), 20)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 3))
    fit(model, *data, 1e-2, 5)
    vector = torch.tensor(np.array(flat(layers(model.state_dict()).detach())))
    model.load_state_dict(named(vector, model))
    content = described(model, vector, data, queries,
                        "1 x 6 x 6 image, 3 x 3 convolution to 4 channels (no padding), ReLU, 2 x 2 mean pool, linear to 3 classes")
    content["derivatives"] = derivatives(model, vector, data, rng)
    save("convolutional", content)


if __name__ == "__main__":
    main()
