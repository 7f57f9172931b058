#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden arrays that the Swift tests compare against.

    python3 make_golden.py [FOLDER]        (default: the folder of this script)

Made with Python 3.11, numpy 2.4.6, torch 2.13.0 (CPU), scikit-learn 1.9.1. No other package, no data file, no network.

Everything here is written from the formulas (of the MARNet paper and of its frozen-feature recipe), not from the Swift
code: float64 NumPy and PyTorch autograd. Inputs are float32 values; references are computed from exactly these inputs
in float64 and rounded to float32 once, on writing, with 9 significant digits.

Shapes: B rows a batch, Dv / Ds image / text dimensions, d embedding, H denoiser width, E time embedding, C classes.
A weight is [out, in]; y = x W^T + b. t counts from 0; p = -1 after the last step, where alphaBar is 1.
"""
import math, os, sys

import numpy as np, torch, torch.nn.functional as F
from sklearn.linear_model import LogisticRegression

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
F32 = lambda x: np.asarray(x, np.float32)
T64 = lambda x: torch.tensor(np.asarray(x, np.float64))


# ------------------------------------------------------------------ writing
def text(x, indent=0):
    """JSON of nested dicts and lists. An array (NumPy, Torch) becomes {"shape", "values"} on one line; a computed
    scalar (NumPy, Torch) is rounded to float32; a plain Python number is a setting and written as it is."""
    pad = " " * (indent + 1)
    if isinstance(x, torch.Tensor): x = x.detach().numpy()
    if isinstance(x, np.ndarray) and x.ndim:
        values = ",".join(number(v) for v in x.reshape(-1))
        return f'{{"shape":[{",".join(map(str, x.shape))}],"values":[{values}]}}'
    if isinstance(x, dict):
        return "{\n" + ",\n".join(f'{pad}"{k}": {text(v, indent + 1)}' for k, v in x.items()) + "}"
    if isinstance(x, list) and all(isinstance(v, int) for v in x): return "[" + ",".join(map(str, x)) + "]"
    if isinstance(x, list): return "[\n" + ",\n".join(pad + text(v, indent + 1) for v in x) + "]"
    if isinstance(x, str): return f'"{x}"'
    return repr(x) if type(x) in (int, float) else number(x)

def number(v):
    if np.issubdtype(np.asarray(v).dtype, np.integer): return str(int(v))
    v = np.float32(v)
    assert np.isfinite(v)
    return f"{v:.9g}"

def hexa(x): return f"0x{x:016X}"          # 64-bit integers are strings: JSON numbers may lose their low bits


# ------------------------------------------------------------------ counter-based random numbers
TIMESTEP, NOISE, PURE_NOISE = 5, 6, 7
DROP_IMAGE, DROP_TEXT, DROP_ALIGNED, DROP_HIDDEN, DROP_RECONSTRUCTED = 16, 17, 18, (19, 20, 21), 22
DROP_FUSION_A, DROP_FUSION_X = 23, 24
SCORING_NOISE, STEP_NOISE = 32, 33
PURE_CALL = 1 << 31                        # set in the row keys of dropout inside the denoiser call from pure noise

def philox(counter, key):
    """Philox4x32-10 (Salmon et al., SC 2011; Random123): 4 counter words, 2 key words -> 4 words."""
    c, (k0, k1) = list(counter), key
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k0, b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k1, a & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c

def tag_of(purpose, draw=0, step=0): return purpose << 24 | draw << 12 | step

def words(seed, row_key, tag, group):
    counter = (group, row_key & 0xFFFFFFFF, row_key >> 32, tag)
    return philox(counter, (seed & 0xFFFFFFFF, seed >> 32))

def normal(seed, row_key, tag, count):
    """-> [count] of N(0,1). Block b of 64 columns is made of groups 16b + lane; column 64b + 16k + lane is z_k."""
    blocks = -(-count // 64)
    z = np.empty((blocks, 4, 16))
    for b in range(blocks):
        for lane in range(16):
            u = [((w >> 8) + 0.5) * 2.0 ** -24 for w in words(seed, row_key, tag, 16 * b + lane)]
            for k in (0, 2):
                r, angle = math.sqrt(-2 * math.log(u[k])), 2 * math.pi * u[k + 1]
                z[b, k, lane], z[b, k + 1, lane] = r * math.cos(angle), r * math.sin(angle)
    return z.reshape(-1)[:count]

def keep_mask(seed, row_key, tag, count, p):
    """-> [count] of 0 or 1/(1-p). Blocks of 128 columns; half h of word k decides column 128b + 16(2k + h) + lane."""
    blocks, threshold = -(-count // 128), round(p * 65536)
    keep = np.empty((blocks, 8, 16))
    for b in range(blocks):
        for lane in range(16):
            for k, w in enumerate(words(seed, row_key, tag, 16 * b + lane)):
                keep[b, 2 * k, lane] = (w & 0xFFFF) >= threshold
                keep[b, 2 * k + 1, lane] = (w >> 16) >= threshold
    return keep.reshape(-1)[:count] / (1 - p)

def integer(seed, row_key, tag, n): return (words(seed, row_key, tag, 0)[0] * n) >> 32

def content_hash(row):
    """64-bit hash of the bit patterns of a float32 row: the row key of scoring."""
    h, m = 0x9E3779B97F4A7C15 ^ len(row), (1 << 64) - 1
    for w in F32(row).view(np.uint32):
        h = ((h ^ int(w)) * 0xFF51AFD7ED558CCD) & m
        h ^= h >> 32
    return h

def training_keys(step, rows, bit=0): return [step << 32 | r | bit for r in range(rows)]

def normals(seed, keys, tag, count): return np.stack([normal(seed, k, tag, count) for k in keys])

def masks(seed, keys, purpose, count, p): return np.stack([keep_mask(seed, k, tag_of(purpose), count, p) for k in keys])


# ------------------------------------------------------------------ diffusion
class Schedule:
    """beta, alphaBar [T]; DDPM posterior q(x_{t-1} | x_t, x0): mean = clean x0 + noisy x_t, variance [T]."""

    def __init__(self, kind, T):
        self.kind, self.T = kind, T
        if kind == "cosine":
            f = lambda u: math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2
            self.beta = np.array([min(1 - f((t + 1) / T) / f(t / T), 0.999) for t in range(T)])
        else: self.beta = np.linspace(1000 / T * 1e-4, 1000 / T * 0.02, T)
        self.bar = np.cumprod(1 - self.beta)
        before = np.append(1, self.bar[:-1])
        self.clean = np.sqrt(before) * self.beta / (1 - self.bar)
        self.noisy = np.sqrt(1 - self.beta) * (1 - before) / (1 - self.bar)
        self.variance = self.beta * (1 - before) / (1 - self.bar)
        self.clean[0], self.noisy[0], self.variance[0] = 1, 0, 0       # exactly

    def alpha_bar(self, t): return 1.0 if t < 0 else self.bar[t]

    def ddim(self, x, clean, t, p, eta, z):
        """One DDIM update t -> p (Song et al., arXiv 2010.02502, Eq. 12); p = -1 gives the clean estimate."""
        at, ap = self.alpha_bar(t), self.alpha_bar(p)
        eps = (x - math.sqrt(at) * clean) / math.sqrt(1 - at)
        sigma = eta * math.sqrt((1 - ap) / (1 - at)) * math.sqrt(1 - at / ap)
        return math.sqrt(ap) * clean + math.sqrt(max(0, 1 - ap - sigma ** 2)) * eps + sigma * z

    def ddpm(self, x, clean, t, z): return self.clean[t] * clean + self.noisy[t] * x + math.sqrt(self.variance[t]) * z

def ddim_timesteps(T, S):
    """Descending, distinct, round half to even of S points from 0 to T - 1; one step starts at T - 1."""
    if S == 1: return [T - 1]
    return sorted({int(t) for t in np.round(np.linspace(0, T - 1, S))}, reverse=True)

def time_embedding(t, T, E):
    """t [n] -> [n,E]: cos then sin of (1000 t / T) 10000^(-i / (E/2)); an odd E ends with a zero."""
    half = E // 2
    angle = np.asarray(t, float)[:, None] * 1000 / T * 10000.0 ** (-np.arange(half) / half)
    return np.concatenate([np.cos(angle), np.sin(angle), np.zeros((len(angle), E % 2))], 1)


# ------------------------------------------------------------------ losses and fusion (torch)
def soft_cross_entropy(logits, target, weight):
    """Mean, weighted by weight [B], of the cross entropy of logits [B,C] against soft targets [B,C]."""
    return -((target * torch.log_softmax(logits, 1)).sum(1) * weight).sum() / weight.sum().clamp(min=1e-6)

def unit_rows(x): return x / torch.linalg.vector_norm(x, dim=1, keepdim=True).clamp(min=1e-8)

def info_nce(u, v, tau):
    """Row i of u [n,d] must pick row i of v [n,d], and the reverse: the sum of both directions' means."""
    s = unit_rows(u) @ unit_rows(v).T / tau
    return -torch.log_softmax(s, 1).diagonal().mean() - torch.log_softmax(s, 0).diagonal().mean()

def masked_mse(predicted, target, has_text, b):
    """Mean over dimensions, then over the rows with text (0 without any), divided by b^2."""
    rows = ((predicted - target) ** 2).mean(1) / b ** 2
    return (rows * has_text).sum() / has_text.sum().clamp(min=1)

OPERATORS = ("concatenation", "addition", "multiplication", "sum", "harmonic")

def fuse(operator, a, b):
    if operator == "concatenation": return torch.cat([a, b], 1)
    if operator == "addition": return a + b
    if operator == "multiplication": return a * b
    if operator == "sum": return F.logsigmoid(a + b)
    z = torch.exp(F.logsigmoid(a) + F.logsigmoid(b))
    return torch.log(z + 1e-12) - torch.log1p(z)


# ------------------------------------------------------------------ network
def linear(rng, name, out, fan_in, bias=True):
    bound = 1 / math.sqrt(fan_in)
    p = {name + ".weight": F32(rng.uniform(-bound, bound, (out, fan_in)))}
    if bias: p[name + ".bias"] = F32(rng.uniform(-bound, bound, out))
    return p

def alignment_parameters(rng, Dv, Ds, d, C, with_text=True):
    p = linear(rng, "alignment.visual", d, Dv)
    if with_text: p |= linear(rng, "alignment.text", d, Ds)
    return p | linear(rng, "alignment.classifier", C, d)

def denoiser_parameters(rng, Dv, Ds, E, H, skip):
    p = linear(rng, "denoiser.input", H, Ds + E) | linear(rng, "denoiser.condition", H, Dv, bias=False)
    for name in ("hidden1", "hidden2"): p |= linear(rng, "denoiser." + name, H, H)
    p |= linear(rng, "denoiser.output", Ds, H)
    return p | linear(rng, "denoiser.skip", Ds, Dv) if skip else p

def apply(p, name, x): return F.linear(x, p[name + ".weight"], p.get(name + ".bias"))

def project(p, name, x): return F.leaky_relu(apply(p, name, x), 0.01)

def denoise(p, x, t, v, T, E, drop=lambda h, purpose: h):
    """Predicted clean text feature [B,Ds] from x [B,Ds], t [B] and the image v [B,Dv]."""
    h = apply(p, "denoiser.input", torch.cat([x, T64(time_embedding(t, T, E))], 1)) + apply(p, "denoiser.condition", v)
    for name, purpose in zip(("hidden1", "hidden2", "output"), DROP_HIDDEN):
        h = apply(p, "denoiser." + name, drop(F.silu(h), purpose))
    return h + apply(p, "denoiser.skip", v) if "denoiser.skip.weight" in p else h


# ------------------------------------------------------------------ training
def learning_rate(lr, k, steps): return lr * min(1, (k + 1) / (0.05 * steps)) * 0.5 * (1 + math.cos(math.pi * k / steps))

class AdamW:
    """Global-norm clipping, then AdamW (Loshchilov & Hutter, arXiv 1711.05101); decay on matrices only."""

    def __init__(self, p): self.k, self.m, self.v = 0, {n: 0.0 for n in p}, {n: 0.0 for n in p}

    def update(self, p, g, lr, decay, clip):
        """p, g: name -> float64 array; changes p in place, returns the gradient norm before clipping."""
        self.k += 1
        norm = math.sqrt(sum((x ** 2).sum() for x in g.values()))
        for n in p:
            x = g[n] * min(1, clip / (norm + 1e-6))
            self.m[n] = 0.9 * self.m[n] + 0.1 * x
            self.v[n] = 0.999 * self.v[n] + 0.001 * x ** 2
            if p[n].ndim > 1: p[n] -= lr * decay * p[n]
            p[n] -= lr * self.m[n] / (1 - 0.9 ** self.k) / (np.sqrt(self.v[n] / (1 - 0.999 ** self.k)) + 1e-8)
        return norm

TRAINING = dict(steps=5, learningRate=1e-3, weightDecay=1.0, clip=1.0, dropout=0.2)

class Step:
    """The random numbers of one training step, and a record of what it computed on the way."""

    def __init__(self, seed, k, rows, p): self.seed, self.rows, self.p, self.k, self.seen = seed, rows, p, k, {}

    def see(self, name, x):
        self.seen[name] = x
        return x

    def drop(self, x, purpose, bit=0, name=None):
        mask = masks(self.seed, training_keys(self.k, self.rows, bit), purpose, x.shape[1], self.p)
        if name: self.see(name, mask)
        return x * T64(mask)

    def noise(self, purpose, count): return T64(normals(self.seed, training_keys(self.k, self.rows), tag_of(purpose), count))

    def timesteps(self, T): return np.array([integer(self.seed, key, tag_of(TIMESTEP), T) for key in training_keys(self.k, self.rows)])

def train(seed, rows, parameters, loss_of):
    """Five steps on one batch. loss_of(p, Step) -> {term: scalar, ..., "total": scalar}."""
    now, opt = {n: np.float64(x) for n, x in parameters.items()}, AdamW(parameters)
    terms, norms, first, seen = [], [], None, None
    for k in range(TRAINING["steps"]):
        step = Step(seed, k, rows, TRAINING["dropout"])
        p = {n: torch.tensor(x, requires_grad=True) for n, x in now.items()}
        loss = loss_of(p, step); loss["total"].backward()
        g = {n: x.grad.numpy() for n, x in p.items()}
        if k == 0: first, seen = g, step.seen
        terms.append({n: x.item() for n, x in loss.items()})
        rate = learning_rate(TRAINING["learningRate"], k, TRAINING["steps"])
        norms.append(opt.update(now, g, rate, TRAINING["weightDecay"], TRAINING["clip"]))
    return dict(losses={n: np.array([t[n] for t in terms]) for n in terms[0]}, gradientNorms=np.array(norms),
                intermediates=seen, gradients=first, finalParameters=now)

def simplex(rng, rows, C):
    z = np.exp(1.5 * rng.randn(rows, C))
    return F32(z / z.sum(1, keepdims=True))

def one_hot(y, C): return F32(np.eye(C)[y])


# ------------------------------------------------------------------ the files
def schedules():
    def one(kind, T):
        s = Schedule(kind, T)
        return dict(kind=kind, T=T, beta=s.beta, alphaBar=s.bar, posteriorClean=s.clean, posteriorNoisy=s.noisy,
                    posteriorVariance=s.variance)
    t = np.array([0, 1, 7, 24, 25, 48, 49])
    return dict(schedules=[one("cosine", 10), one("cosine", 50), one("scaledLinear", 50), one("scaledLinear", 100)],
                timeEmbeddings=[dict(T=50, E=E, t=t, embedding=time_embedding(t, 50, E)) for E in (32, 7)],
                ddimTimesteps=[dict(T=T, S=S, timesteps=ddim_timesteps(T, S)) for T, S in ((50, 10), (50, 1), (50, 50), (10, 3))])

def samplers():
    rng, s = np.random.RandomState(2), Schedule("cosine", 50)
    x, clean, z = (F32(rng.randn(3, 5)) for _ in range(3))
    X, X0, Z = map(np.float64, (x, clean, z))
    for t in range(1, 50): assert np.allclose(s.ddim(X, X0, t, t - 1, 1, Z), s.ddpm(X, X0, t, Z), 0, 1e-10)
    pairs = ((49, 44), (44, 38), (25, 20), (5, 0), (1, 0), (0, -1), (49, -1))
    return dict(kind="cosine", T=50, noisy=x, clean=clean, z=z,
                ddim=[dict(t=t, p=p, eta=eta, result=s.ddim(X, X0, t, p, eta, Z)) for t, p in pairs for eta in (0.0, 0.5, 1.0)],
                ddpm=[dict(t=t, result=s.ddpm(X, X0, t, Z)) for t in (49, 25, 1, 0)])

def fusion():
    rng = np.random.RandomState(3)
    def case(operator, a, b):
        A, B = T64(a).requires_grad_(), T64(b).requires_grad_()
        out = fuse(operator, A, B); upstream = F32(rng.randn(*out.shape))
        out.backward(T64(upstream))
        return dict(output=out, upstream=upstream, gradientA=A.grad, gradientB=B.grad)
    def mode(a, b, operators): return dict(a=a, b=b, operators={o: case(o, a, b) for o in operators})
    a, b = F32(1.5 * rng.randn(4, 6)), F32(1.5 * rng.randn(4, 6))
    a[2], b[2] = [30, -30, 30, -30, 0, 12], [30, -30, -30, 30, 0, -12]
    return dict(epsilon=1e-12, representation=mode(a, b, OPERATORS),
                logits=mode(F32(2 * rng.randn(3, 5)), F32(2 * rng.randn(3, 5)), OPERATORS[1:]))

def adamw():
    rng, steps, lr, decay, clip = np.random.RandomState(4), 5, 0.01, 0.5, 1.0
    start = dict(matrix=F32(rng.randn(3, 4)), vector=F32(rng.randn(4)))
    p, opt, rows = {n: np.float64(x) for n, x in start.items()}, AdamW(start), []
    ref = {n: T64(x).requires_grad_() for n, x in start.items()}           # PyTorch's own optimizer must agree
    check = torch.optim.AdamW([dict(params=[ref["matrix"]], weight_decay=decay), dict(params=[ref["vector"]], weight_decay=0)])
    for k, scale in enumerate((0.1, 2.0, 0.05, 0.6, 0.2)):
        g = dict(matrix=F32(scale * rng.randn(3, 4)), vector=F32(scale * rng.randn(4)))
        rate = learning_rate(lr, k, steps)
        norm = opt.update(p, {n: np.float64(x) for n, x in g.items()}, rate, decay, clip)
        for n in ref: ref[n].grad = T64(g[n])
        for group in check.param_groups: group["lr"] = rate
        torch.nn.utils.clip_grad_norm_(ref.values(), clip); check.step()
        for n in p: assert np.allclose(p[n], ref[n].detach().numpy(), 0, 1e-12)
        rows.append(dict(learningRate=np.float64(rate), gradientNorm=np.float64(norm), gradients=g, values={n: x.copy() for n, x in p.items()}))
    return dict(learningRate=lr, weightDecay=decay, clip=clip, beta1=0.9, beta2=0.999, epsilon=1e-8, initial=start, steps=rows,
                learningRates=dict(learningRate=1e-3, steps=100, values=np.array([learning_rate(1e-3, k, 100) for k in range(100)])))

def losses():
    rng = np.random.RandomState(5)
    def nce(n, d, zero=None):
        u, v = F32(rng.randn(n, d)), F32(3 * rng.randn(n, d))
        if zero is not None: u[zero] = 0
        U, V = T64(u).requires_grad_(), T64(v).requires_grad_()
        loss = info_nce(U, V, 0.07); loss.backward()
        return dict(tau=0.07, zeroRows=[] if zero is None else [zero], visual=u, text=v, loss=loss, gradientVisual=U.grad, gradientText=V.grad)
    def cross_entropy(logits, target, weight):
        z = T64(logits).requires_grad_(); loss = soft_cross_entropy(z, T64(target), T64(weight)); loss.backward()
        return dict(logits=logits, targets=target, weights=weight, loss=loss, gradient=z.grad)
    def mse(n, d, has_text, b):
        x, target = F32(b * rng.randn(n, d)), F32(b * rng.randn(n, d))
        X = T64(x).requires_grad_(); loss = masked_mse(X, T64(target), T64(has_text), b); loss.backward()
        return dict(textScale=b, predicted=x, target=target, hasText=np.array(has_text), loss=loss, gradient=X.grad)
    big = F32(4 * rng.randn(4, 3)); big[1] = [80, -80, 0]
    return dict(infoNCE=[nce(2, 3), nce(5, 4), nce(8, 12), nce(3, 1), nce(4, 5, zero=2)],
                softCrossEntropy=[cross_entropy(F32(2 * rng.randn(1, 2)), simplex(rng, 1, 2), F32([1])),
                                  cross_entropy(F32(2 * rng.randn(6, 5)), simplex(rng, 6, 5), F32([1, 0, 0.5, 1, 0, 2])),
                                  cross_entropy(big, one_hot([0, 1, 2, 0], 3), F32([1, 1, 1, 1])),
                                  cross_entropy(F32(rng.randn(3, 4)), simplex(rng, 3, 4), F32([0, 0, 0]))],
                maskedMSE=[mse(5, 7, [1, 1, 1, 1, 1], 0.3), mse(5, 7, [1, 0, 1, 0, 0], 0.3), mse(3, 1, [1, 1, 1], 1.0), mse(2, 3, [0, 0], 0.3)])

def random():
    known = [((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),              # Random123's kat_vectors
             ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
             ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0), (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1))]
    for c, k, w in known: assert tuple(philox(c, k)) == w
    extra = [((17, 3, 9, tag_of(NOISE)), (0x89ABCDEF, 0x01234567)), ((0, 0, 1, tag_of(STEP_NOISE, 7, 49)), (42, 0))]
    kats = [dict(counter=list(c), key=list(k), words=philox(c, k)) for c, k in [x[:2] for x in known] + extra]
    s0, s1 = 42, 0x0123456789ABCDEF
    key = lambda step, row, bit=0: step << 32 | row | bit
    def at(seed, row_key, purpose, draw=0, step=0):
        return dict(seed=hexa(seed), rowKey=hexa(row_key), purpose=purpose, draw=draw, diffusionStep=step, tag=tag_of(purpose, draw, step))
    places = [(s0, key(0, 0), NOISE), (s0, key(3, 5), PURE_NOISE), (s1, key(799, 127, PURE_CALL), NOISE), (s1, 0xFEDCBA9876543210, SCORING_NOISE, 7),
              (s1, 0xFEDCBA9876543210, STEP_NOISE, 7, 49)]
    drops = [(s0, key(0, 0), DROP_IMAGE), (s0, key(2, 9, PURE_CALL), DROP_HIDDEN[0]), (s1, key(799, 127), DROP_HIDDEN[2])]
    rows = [F32([0.5]), F32([0, -0.0, 1, -1]), F32(np.random.RandomState(6).randn(13)), F32([])]
    return dict(philox=kats,
                normal=[dict(at(*x), count=n, values=normal(x[0], x[1], tag_of(*x[2:]), n)) for x, n in zip(places, (1, 7, 64, 100, 130))],
                keepMask=[dict(at(*x), p=p, count=n, values=keep_mask(x[0], x[1], tag_of(*x[2:]), n, p))
                          for x, n, p in zip(drops, (9, 128, 300), (0.2, 0.1, 0.5))],
                integer=[dict(at(s, k, TIMESTEP), below=n, value=integer(s, k, tag_of(TIMESTEP), n))
                         for s, k, n in ((s0, key(0, 0), 50), (s0, key(0, 1), 50), (s1, key(12, 3), 50), (s1, key(5, 127), 10), (s0, key(1, 1), 1))],
                contentHash=[dict(values=r, words=r.view(np.uint32), hash=hexa(content_hash(r))) for r in rows])

SIZES = dict(B=10, Dv=9, Ds=7, C=4, d=12, H=16, E=8, T=50)

def joint_curve():
    q = SIZES; B, Dv, Ds, C, d, H, E, T = q.values()
    b, beta, tau, schedule = 0.3, 0.3, 0.07, Schedule("cosine", T)
    def case(seed, rng, has_text, weights):
        v, s, target = F32(rng.randn(B, Dv)), F32(rng.randn(B, Ds)), simplex(rng, B, C)
        s[np.array(has_text) == 0] = 0
        initial = (alignment_parameters(rng, Dv, Ds, d, C) | denoiser_parameters(rng, Dv, Ds, E, H, skip=True)
                   | linear(rng, "reconstruction.classifier", C, Ds) | linear(rng, "fusion.classifier", C, d + Ds))
        V, S, Q, W, M = map(T64, (v, s, target, weights, has_text))
        def loss_of(p, step):
            image = step.drop(V, DROP_IMAGE, name="imageMask")                 # one mask for both branches
            xv = step.see("alignedVisual", project(p, "alignment.visual", image))
            xs = step.see("alignedText", project(p, "alignment.text", step.drop(S, DROP_TEXT)))
            paired = M > 0
            t, eps = step.see("timesteps", step.timesteps(T)), step.see("noise", step.noise(NOISE, Ds))
            pure = step.see("pureNoise", step.noise(PURE_NOISE, Ds))
            bar = T64(schedule.bar[t])[:, None]
            noisy = bar.sqrt() * (b * S) + (1 - bar).sqrt() * eps
            clean = step.see("predictedClean", denoise(p, noisy, t, image, T, E, step.drop))
            xp = step.see("pureClean", denoise(p, pure, np.full(B, T - 1), image, T, E, lambda h, purpose: step.drop(h, purpose, PURE_CALL)))
            r = xp / b
            out = dict(alignment=soft_cross_entropy(apply(p, "alignment.classifier", step.drop(xv, DROP_ALIGNED)), Q, W),
                       reconstruction=soft_cross_entropy(apply(p, "reconstruction.classifier", r), Q, W),
                       fusion=soft_cross_entropy(apply(p, "fusion.classifier", torch.cat([xv, step.drop(r, DROP_RECONSTRUCTED)], 1)), Q, W),
                       infoNCE=info_nce(xv[paired], xs[paired], tau), mse=masked_mse(clean, b * S, M, b))
            return out | dict(total=out["alignment"] + out["reconstruction"] + out["fusion"] + beta * out["infoNCE"] + out["mse"])
        return dict(seed=hexa(seed), visual=v, text=s, targets=target, weights=F32(weights), hasText=np.array(has_text),
                    initialParameters=initial, **train(seed, B, initial, loss_of))
    every = [1] * B
    return dict(**q, textScale=b, beta=beta, gamma=1.0, tau=tau, **TRAINING,
                cases=dict(full=case(0x0123456789ABCDEF, np.random.RandomState(7), every, every),
                           masked=case(11, np.random.RandomState(8), [1, 1, 0, 1, 1, 1, 0, 1, 0, 1], [1, 1, 1, 0, 1, 1, 0, 1, 1, 0])))

def alignment_curve():
    q = SIZES; B, Dv, Ds, C, d = (q[k] for k in ("B", "Dv", "Ds", "C", "d"))
    def case(seed, rng, beta):
        v, s, target = F32(rng.randn(B, Dv)), F32(rng.randn(B, Ds)), one_hot(rng.randint(C, size=B), C)
        weights = [1, 1, 1, 0, 1, 1, 1, 1, 0, 1]
        initial = alignment_parameters(rng, Dv, Ds, d, C, with_text=beta > 0)
        V, S, Q, W = map(T64, (v, s, target, weights))
        def loss_of(p, step):
            xv = step.see("alignedVisual", project(p, "alignment.visual", step.drop(V, DROP_IMAGE, name="imageMask")))
            out = dict(alignment=soft_cross_entropy(apply(p, "alignment.classifier", step.drop(xv, DROP_ALIGNED)), Q, W))
            if not beta: return out | dict(total=out["alignment"])
            out["infoNCE"] = info_nce(xv, project(p, "alignment.text", step.drop(S, DROP_TEXT)), 0.07)
            return out | dict(total=out["alignment"] + beta * out["infoNCE"])
        return dict(seed=hexa(seed), beta=beta, visual=v, **(dict(text=s) if beta else {}), targets=target, weights=F32(weights),
                    initialParameters=initial, **train(seed, B, initial, loss_of))
    return dict(B=B, Dv=Dv, Ds=Ds, C=C, d=d, tau=0.07, **TRAINING,
                cases=dict(stage1=case(21, np.random.RandomState(9), 1.0), imageOnly=case(22, np.random.RandomState(10), 0.0)))

def reconstruction_curve():
    q = SIZES; B, Dv, Ds, C, d, H, E, T = q.values()
    seed, rng, schedule = 31, np.random.RandomState(11), Schedule("cosine", T)
    v, s, target = F32(rng.randn(B, Dv)), F32(rng.randn(B, Ds)), one_hot(rng.randint(C, size=B), C)
    has_text, weights = [1, 1, 1, 1, 0, 1, 1, 1, 1, 1], [1, 1, 0, 1, 1, 1, 1, 1, 1, 1]
    s[4] = 0
    initial = denoiser_parameters(rng, Dv, Ds, E, H, skip=False) | linear(rng, "reconstruction.classifier", C, Ds)
    V, S, Q, W, M = map(T64, (v, s, target, weights, has_text))
    def loss_of(p, step):
        image = step.drop(V, DROP_IMAGE, name="imageMask")
        t, eps = step.see("timesteps", step.timesteps(T)), step.see("noise", step.noise(NOISE, Ds))
        bar = T64(schedule.bar[t])[:, None]
        clean = step.see("predictedClean", denoise(p, bar.sqrt() * S + (1 - bar).sqrt() * eps, t, image, T, E, step.drop))
        out = dict(reconstruction=soft_cross_entropy(apply(p, "reconstruction.classifier", clean), Q, W), mse=masked_mse(clean, S, M, 1.0))
        return out | dict(total=out["reconstruction"] + out["mse"])
    return dict(B=B, Dv=Dv, Ds=Ds, C=C, H=H, E=E, T=T, textScale=1.0, gamma=1.0, **TRAINING,
                cases=dict(stage2=dict(seed=hexa(seed), visual=v, text=s, targets=target, weights=F32(weights), hasText=np.array(has_text),
                                       initialParameters=initial, **train(seed, B, initial, loss_of))))

def fusion_curve():
    q = SIZES; B, Ds, C, d = (q[k] for k in ("B", "Ds", "C", "d"))
    seed, rng = 41, np.random.RandomState(12)
    a, x, target, weights = F32(rng.randn(B, d)), F32(rng.randn(B, Ds)), one_hot(rng.randint(C, size=B), C), F32([1] * B)
    A, X, Q, W = map(T64, (a, x, target, weights))
    def representation(operator):
        initial = (linear(rng, "fusion.classifier", C, d + Ds) if operator == "concatenation"
                   else linear(rng, "fusion.projection", d, Ds) | linear(rng, "fusion.classifier", C, d))
        def loss_of(p, step):
            left, right = step.drop(A, DROP_FUSION_A), step.drop(X, DROP_FUSION_X)
            if operator != "concatenation": right = apply(p, "fusion.projection", right)
            return dict(total=soft_cross_entropy(apply(p, "fusion.classifier", fuse(operator, left, right)), Q, W))
        return dict(initialParameters=initial, **without_intermediates(train(seed, B, initial, loss_of)))
    def logits(operator):
        initial = linear(rng, "fusion.visualHead", C, d) | linear(rng, "fusion.semanticHead", C, Ds)
        def loss_of(p, step):
            za = apply(p, "fusion.visualHead", step.drop(A, DROP_FUSION_A))
            zb = apply(p, "fusion.semanticHead", step.drop(X, DROP_FUSION_X))
            out = {k: soft_cross_entropy(z, Q, W) for k, z in (("fused", fuse(operator, za, zb)), ("visual", za), ("semantic", zb))}
            return out | dict(total=sum(out.values()))
        return dict(initialParameters=initial, **without_intermediates(train(seed, B, initial, loss_of)))
    return dict(B=B, Ds=Ds, C=C, d=d, **TRAINING, seed=hexa(seed), aligned=a, reconstructed=x, targets=target, weights=weights,
                representation={o: representation(o) for o in OPERATORS}, logits={o: logits(o) for o in OPERATORS[1:]})

def without_intermediates(x): return {k: v for k, v in x.items() if k != "intermediates"}

def scoring():
    q = SIZES; B, Dv, Ds, C, d, H, E, T = q.values()
    n, draws, b, seed, rng = 5, 3, 0.3, 0x00C0FFEE12345678, np.random.RandomState(13)
    raw, mean, scale = F32(2 + 3 * rng.randn(n, Dv)), F32(2 + 0.1 * rng.randn(Dv)), F32(1 / (3 + 0.3 * rng.rand(Dv)))
    v = F32((np.float64(raw) - mean) * scale)
    keys, V = [content_hash(r) for r in raw], T64(v)
    weights = (alignment_parameters(rng, Dv, Ds, d, C, with_text=False) | denoiser_parameters(rng, Dv, Ds, E, H, skip=True)
               | linear(rng, "reconstruction.classifier", C, Ds) | linear(rng, "fusion.classifier", C, d + Ds))
    p = {k: T64(x) for k, x in weights.items()}
    noise = [normals(seed, keys, tag_of(SCORING_NOISE, k), Ds) for k in range(draws)]
    clean = [denoise(p, T64(z), np.full(n, T - 1), V, T, E) for z in noise]
    xv = project(p, "alignment.visual", V)
    over = lambda head: torch.stack([torch.softmax(head(x / b), 1) for x in clean]).mean(0).log()
    heads = dict(alignment=torch.log_softmax(apply(p, "alignment.classifier", xv), 1),
                 reconstruction=over(lambda r: apply(p, "reconstruction.classifier", r)),
                 fusion=over(lambda r: apply(p, "fusion.classifier", torch.cat([xv, r], 1))))
    heads["average"] = torch.log_softmax(sum(heads.values()) / 3, 1)

    schedule = Schedule("cosine", 10)                                      # large weights: the path of x_t must matter
    plain = {k: F32(2.5 * x) for k, x in denoiser_parameters(rng, Dv, Ds, E, H, skip=False).items()}
    pd, start = {k: T64(x) for k, x in plain.items()}, noise[0]
    estimate = lambda x, t: denoise(pd, T64(x), np.full(n, t), V, 10, E).numpy()
    x, steps = start, ddim_timesteps(10, 4)
    for t, nxt in zip(steps, steps[1:] + [-1]): x = schedule.ddim(x, estimate(x, t), t, nxt, 0, 0)
    y = start
    for t in range(9, -1, -1): y = schedule.ddpm(y, estimate(y, t), t, normals(seed, keys, tag_of(STEP_NOISE, 0, t), Ds) if t else 0)
    return dict(seed=hexa(seed), draws=draws, textScale=b, d=d, H=H, E=E, Dv=Dv, Ds=Ds, C=C, raw=raw, mean=mean, scale=scale, visual=v,
                rowKeys=[hexa(k) for k in keys],
                plugin=dict(T=T, kind="cosine", parameters=weights, noise=[T64(z) for z in noise], clean=clean, alignedVisual=xv, logProbabilities=heads),
                sampled=dict(T=10, kind="cosine", draw=0, parameters=plain, ddimTimesteps=steps, ddim=x, ddpm=y))

def logistic():
    rng, n, d, C = np.random.RandomState(14), 40, 5, 3
    y = np.arange(n) % C
    x = F32(rng.randn(n, d) + 0.8 * np.eye(C, d)[y])
    def fit(c):
        X = np.float64(x)
        m = LogisticRegression(C=c, solver="lbfgs", tol=1e-10, max_iter=10000).fit(X, y)
        gap = m.predict_proba(X) - np.eye(C)[y]                            # the optimum: zero gradient, by the formula
        assert np.abs(m.coef_ + c * gap.T @ X).max() < 1e-5 and np.abs(c * gap.sum(0)).max() < 1e-5
        return dict(C=c, weight=m.coef_, bias=m.intercept_, logProbabilities=m.predict_log_proba(X))
    return dict(features=x, labels=y, classes=C, fits=[fit(c) for c in (1e-3, 1e-1, 1.0)])

def calibration_error(confidence, right, bins):
    """Expected calibration error over equal bins (lower, upper] (Guo et al., arXiv 1706.04599)."""
    edges, total = np.arange(bins + 1) / bins, 0.0
    for low, high in zip(edges, edges[1:]):
        i = (confidence > low) & (confidence <= high)
        if i.any(): total += i.mean() * abs(right[i].mean() - confidence[i].mean())
    return np.float64(total)

def metrics():
    rng, n, C = np.random.RandomState(15), 40, 7
    y = rng.randint(C - 1, size=n)                                         # class C - 1 has no row
    z = np.round(2 * (rng.randn(n, C) + 2.2 * np.eye(C)[y])) / 2           # halves: many ties
    z[0], z[1] = 0, [1, 1, 0, 0, 0, 0, 0]                                  # all equal; two tie for the first place
    z = 1.5 * z
    logp = F32(z - np.log(np.exp(z).sum(1, keepdims=True)))
    prob = F32(np.exp(np.float64(logp)))
    P, L = np.float64(prob), np.float64(logp)
    own = P[np.arange(n), y][:, None]
    rank = (P > own).sum(1) + ((P == own) & (np.arange(C) < y[:, None])).sum(1)
    guess = P.argmax(1)                                                    # the lowest index wins a tie
    assert np.array_equal(rank == 0, guess == y)
    confidence, right = P.max(1), (guess == y).astype(float)
    assert np.abs(confidence * 15 - np.round(confidence * 15)).min() > 1e-3
    def nll(log_t):
        a = L / math.exp(log_t)
        return (np.log(np.exp(a).sum(1)) - a[np.arange(n), y]).mean()
    low, high, g = -3.0, 3.0, (math.sqrt(5) - 1) / 2                       # golden section
    while high - low > 1e-11:
        a, b = high - g * (high - low), low + g * (high - low)
        low, high = (low, b) if nll(a) < nll(b) else (a, high)
    assert -2.9 < low < 2.9
    exact, hit = F32([0.25, 0.5, 0.5, 0.75, 1.0, 0.3]), F32([1, 0, 1, 1, 1, 0])     # edges of four bins, met exactly
    return dict(probabilities=prob, logProbabilities=logp, labels=y, predictions=guess, ranks=rank, top1=np.float64((rank < 1).mean()),
                top5=np.float64((rank < 5).mean()), balancedAccuracy=np.float64(np.mean([right[y == c].mean() for c in np.unique(y)])),
                negativeLogLikelihood=np.float64(-np.log(own).mean()), bins=15, calibrationError=calibration_error(confidence, right, 15),
                calibrationTemperature=np.float64(math.exp(low)), calibratedNegativeLogLikelihood=np.float64(nll(low)),
                fourBins=dict(confidence=exact, right=hit, bins=4, calibrationError=calibration_error(np.float64(exact), hit, 4)))

FILES = (schedules, samplers, fusion, adamw, losses, random, joint_curve, alignment_curve, reconstruction_curve, fusion_curve,
         scoring, logistic, metrics)

def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    os.makedirs(folder, exist_ok=True)
    for make in FILES:
        path = os.path.join(folder, make.__name__ + ".json")
        with open(path, "w") as f: f.write(text(make()) + "\n")
        print(f"{os.path.getsize(path):8,} {path}")


if __name__ == "__main__": main()
