#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes `alignment_losses.json`: the alignment losses that read classes or logits, and their gradients.

    python3 make_alignment_golden.py [FOLDER]        (default: the folder of this script)

Written from the formulas of the papers, in float64 PyTorch autograd; see make_golden.py, whose conventions hold.
Image rows v and text rows s are [n, d], logits zv and zs [n, C]; a label of -1 is none.
"""
import os, sys

import numpy as np, torch

from make_golden import F32, T64, hexa, normals, tag_of, text, training_keys

SLICED_PROJECTION = 28

def unit(x): return x / x.norm(dim=1, keepdim=True).clamp(min=1e-8)

def classes_of(y): return [np.flatnonzero(y == k) for k in np.unique(y[y >= 0])]

def swd(v, s, zv, zs, y, seed, step):
    """Lee et al., arXiv 1903.04064: squared distance of sorted random projections of the probabilities."""
    R = T64(normals(seed, training_keys(step, 128), tag_of(SLICED_PROJECTION), zv.shape[1])).T
    R = R / R.norm(dim=0, keepdim=True)
    along = lambda z: torch.sort(torch.softmax(z, 1) @ R, dim=0, stable=True).values
    return ((along(zv) - along(zs)) ** 2).mean()

def ssan(v, s, zv, zs, y, detach=False, alpha=0.1, beta=0.004):
    """Li et al., arXiv 2008.01677, without its adversary."""
    t, s, soft, centroid = unit(v), unit(s), 0, 0
    for k in classes_of(y):
        ms, mt, both = s[k].mean(0), t[k].mean(0), torch.cat([s[k], t[k]]).mean(0)
        centroid = centroid + sum(((a - b) ** 2).sum() for a, b in ((ms, mt), (ms, both), (mt, both)))
        q = torch.softmax(zs[k] / 5, 1).mean(0)
        if detach: q = q.detach()
        soft = soft - (q * torch.log(torch.softmax(zv[k], 1) + 1e-5)).sum(1).mean()
    return alpha * soft + beta * centroid

def cdd(v, s, zv, zs, y):
    """Kang et al., arXiv 1901.00976: kernels of five widths on two layers, all pairs of classes."""
    groups = classes_of(y)
    distances = lambda a, b: ((a[:, None] - b[None]) ** 2).sum(2)
    def kernel(D, gamma):
        u = [D / max(gamma * 2.0 ** (i - 2), 1e-5) for i in range(5)]
        return sum(torch.exp(-x.clamp(1e-5, 1e5)) for x in u)
    def discrepancy(source, target, c, e):
        a, b = source[c], target[e]
        ss, tt, st, m, n = distances(a, a), distances(b, b), distances(a, b), len(c), len(e)
        gamma = ((ss.sum() + tt.sum() + 2 * st.sum()) / (m * m + n * n + 2 * m * n - m - n)).item()
        return kernel(ss, gamma).mean() + kernel(tt, gamma).mean() - 2 * kernel(st, gamma).mean()
    def layer(source, target):
        same = [discrepancy(source, target, c, c) for c in groups]
        other = [discrepancy(source, target, c, e) for i, c in enumerate(groups) for j, e in enumerate(groups) if i != j]
        return sum(same) / len(same) - (sum(other) / len(other) if other else 0)
    return layer(s, v) + layer(torch.softmax(zs, 1), torch.softmax(zv, 1))

def sdm(v, s, zv, zs, y, tau=0.02):
    """Jiang and Ye, arXiv 2303.12501: KL(P || Q), both directions."""
    S = unit(v) @ unit(s).T / tau
    match = (y[:, None] == y[None]) & (y[:, None] >= 0) | np.eye(len(y), dtype=bool)
    Q = T64(match / match.sum(1, keepdims=True))
    divergence = lambda s: (torch.softmax(s, 1) * (torch.log_softmax(s, 1) - torch.log(Q + 1e-8))).sum(1).mean()
    return divergence(S) + divergence(S.T)

METHODS = dict(swd=swd, ssan=ssan, ssanDetached=lambda *x: ssan(*x, detach=True), cdd=cdd, sdm=sdm,
               sdmMild=lambda *x: sdm(*x, tau=0.5))

def alignment_losses():
    rng = np.random.RandomState(77)
    def shape(n, d, C, labels):
        v, s = F32(rng.randn(n, d) + 0.3), F32(2 * rng.randn(n, d))
        zv, zs, y = F32(1.5 * rng.randn(n, C)), F32(2 * rng.randn(n, C)), np.array(labels)
        seed, step, results = 0x1234567890ABCDEF, 5, {}
        for name, loss in METHODS.items():
            inputs = [T64(x).requires_grad_() for x in (v, s, zv, zs)]
            value = loss(*inputs, y, *((seed, step) if name == "swd" else ()))
            value.backward()
            gradients = zip(("visual", "text", "visualLogits", "textLogits"), (x.grad for x in inputs))
            results[name] = dict(loss=value, **{k: g for k, g in gradients if g is not None})
        return dict(seed=hexa(seed), step=step, classes=C, visual=v, text=s, visualLogits=zv, textLogits=zs, labels=y, results=results)
    mixed = [(7 * i * i + i) % 11 if i % 6 else -1 for i in range(18)]
    return dict(cases=[shape(2, 3, 2, [1, 0]), shape(5, 3, 4, [2, 2, 2, 2, 2]), shape(9, 5, 4, [0, 3, 0, -1, 1, 0, 3, -1, 1]),
                       shape(18, 8, 11, mixed)])

def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(folder, "alignment_losses.json")
    with open(path, "w") as f: f.write(text(alignment_losses()) + "\n")
    print(f"{os.path.getsize(path):8,} {path}")


if __name__ == "__main__": main()
