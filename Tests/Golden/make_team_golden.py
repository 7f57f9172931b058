#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes team.json, the golden values of the alignment method TEAM, beside this script (or into FOLDER).

    python3 make_team_golden.py [FOLDER]

Written from the formulas (Xie et al., ACM Multimedia 2022, and the authors' code) with torch.nn.functional and autograd
in float64. `global`: the loss alone, of single vectors, with keyed dropout and, in the last case, keyed draws of the
hard negatives. `tokens`: the alignment network with tokens, without dropout.
"""
import math, os, sys

import numpy as np, torch, torch.nn.functional as F

import make_golden as g

F32, T64 = g.F32, g.T64
HARD_NEGATIVE, CROSS_DROP, HIDDEN_DROP, OUTPUT_DROP = 29, 41, 42, 43
random = np.random.default_rng(20)

def derived(seed, stream):
    """splitmix64 of a seed and a stream."""
    m = (1 << 64) - 1
    z = (seed + (stream + 1) * 0x9E3779B97F4A7C15) & m
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & m
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & m
    return z ^ z >> 31

def linear(P, name, x): return F.linear(x, P[f"{name}.weight"], P[f"{name}.bias"][0])

def norm(P, name, x): return F.layer_norm(x, x.shape[-1:], P[f"{name}.weight"][0], P[f"{name}.bias"][0])

def scale(P, name): return P[f"alignment.team.{name}_scale"].exp().clamp(max=100.0)[0, 0]

def attention(P, name, q, k, v, heads, padding=None):
    """torch's own multi-head attention, batch first; padding is true where a key is none."""
    d = q.shape[-1]
    weights = [P[f"{name}.{part}.weight"] for part in ("query", "key", "value")]
    biases = torch.cat([P[f"{name}.{part}.bias"][0] for part in ("query", "key", "value")])
    out, _ = F.multi_head_attention_forward(
        q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1), d, heads, torch.cat(weights), biases, None, None, False,
        0.0, P[f"{name}.output.weight"], P[f"{name}.output.bias"][0], training=False, key_padding_mask=padding,
        need_weights=False)
    return out.transpose(0, 1)

def mlp(P, name, r, masks=(1, 1)):
    h = F.gelu(linear(P, f"{name}.up", norm(P, f"{name}.norm", r))) * masks[0]
    return r + linear(P, f"{name}.down", h) * masks[1]

def known(labels):
    y = torch.tensor(labels)
    return (y[:, None] == y[None, :]) & (y[:, None] >= 0) & ~torch.eye(len(labels), dtype=torch.bool)

def clip(P, v, s, labels):
    """(CE + CE of the transpose) / 2; known false negatives have logit 0."""
    logits = F.normalize(v, eps=1e-8) @ F.normalize(s, eps=1e-8).T * scale(P, "global") * ~known(labels)
    target = torch.arange(len(labels))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2

def draw(P, v, s, labels, seed, step):
    """-> another text for each image, another image for each text: the first j whose cumulated probability exceeds a
    keyed uniform number."""
    cosines = F.normalize(v) @ F.normalize(s).T
    result = []
    for index, c in enumerate((cosines, cosines.T)):
        p = (c * scale(P, "global")).softmax(1) * ~known(labels)
        p.fill_diagonal_(0)
        picked = []
        for row in range(len(labels)):
            word = g.words(seed, step << 32 | row, g.tag_of(HARD_NEGATIVE), index)[0]
            total = p[row].cumsum(0)
            picked.append(int((total > word / 2 ** 32 * total[-1]).nonzero()[0]) if total[-1] > 0 else -1)
        result.append(picked)
    return result

def match(P, positive, other_image, other_text):
    """The cross-entropy of three scores [n]; None for a score that is not there."""
    logits = torch.stack([positive, other_image, other_text], 1) * scale(P, "match")
    return F.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.long))

def cosine(P, r, t): return F.cosine_similarity(linear(P, "alignment.team.image", r), linear(P, "alignment.team.text", t),
                                               dim=-1, eps=1e-8)

def make(shapes, spread=1.0):
    P = {}
    for name, shape in shapes.items():
        bound = spread / math.sqrt(shape[-1])
        values = random.uniform(-bound, bound, shape)
        if name.endswith("norm.weight"): values = 1 + 0.3 * values
        if name.endswith("_scale"): values = np.full(shape, 1.5)
        P[name] = T64(F32(values)).requires_grad_()
    return P

def layer(name, rows, columns): return {f"{name}.weight": (rows, columns), f"{name}.bias": (1, rows)}

def layer_norm(name, d): return {f"{name}.weight": (1, d), f"{name}.bias": (1, d)}

def shared(d, width):
    t = "alignment.team"
    return {**layer(f"{t}.image", width, d), **layer(f"{t}.text", width, d), f"{t}.global_scale": (1, 1),
            f"{t}.match_scale": (1, 1)}

def ffn(name, d): return {**layer_norm(f"{name}.norm", d), **layer(f"{name}.up", 2 * d, d), **layer(f"{name}.down", d, 2 * d)}

def global_case(n, d, width, labels, p, weight, shift, seed=77, step=3):
    b = "alignment.team.block0"
    P = make({**layer(f"{b}.cross.value", d, d), **layer(f"{b}.cross.output", d, d), **ffn(f"{b}.mlp", d),
              **shared(d, width)})
    v, s = (T64(F32(random.standard_normal((n, d)))).requires_grad_() for _ in range(2))
    with torch.no_grad():
        texts, images = draw(P, v, s, labels, seed, step)
    if shift: texts = images = [(i + shift) % n for i in range(n)]
    keys, block_seed = g.training_keys(step, n), derived(seed, 0)
    def mask(purpose, count, p):
        return T64(np.stack([g.keep_mask(block_seed, k, g.tag_of(purpose), count, p) for k in keys])) if p else 1
    twice = float(np.float32(1) - (np.float32(1) - np.float32(p)) ** 2)
    r = linear(P, f"{b}.cross.output", linear(P, f"{b}.cross.value", v)) * mask(CROSS_DROP, d, p)
    r = mlp(P, f"{b}.mlp", r, (mask(HIDDEN_DROP, 2 * d, p), mask(OUTPUT_DROP, d, twice)))
    loss = weight * (clip(P, v, s, labels) + match(P, cosine(P, r, s), cosine(P, r[images], s), cosine(P, r, s[texts])))
    loss.backward()
    return {"seed": g.hexa(seed), "step": step, "shift": shift, "dropout": p, "weight": weight, "width": width,
            "labels": labels, "visual": v, "text": s, "parameters": P, "negativeTexts": texts, "negativeImages": images,
            "loss": loss, "gradientVisual": v.grad, "gradientText": s.grad,
            "gradients": {name: value.grad for name, value in P.items()}}

def tokens_case(n, dv, ds, d, c, lv, lt, width, blocks, words, weight, shift=1):
    shapes = {**layer("alignment.visual", d, dv), **layer("alignment.text", d, ds), **layer("alignment.classifier", c, d)}
    heads = 1
    for i in range(blocks):
        b = f"alignment.team.block{i}"
        for part in ("self", "cross"):
            shapes.update(layer_norm(f"{b}.{part}.norm", d))
            for name in ("query", "key", "value", "output"): shapes.update(layer(f"{b}.{part}.{name}", d, d))
        shapes.update(ffn(f"{b}.mlp", d))
    P = make({**shapes, **shared(d, width)}, spread=2.0)
    x, s = (T64(F32(random.standard_normal((n, k)))) for k in (dv, ds))
    vt, tt = T64(F32(random.standard_normal((n, lv, dv)))), T64(F32(random.standard_normal((n, lt, ds))))
    words = torch.tensor(words, dtype=torch.bool)
    targets = torch.tensor([i % c for i in range(n)])
    # All labels are known to the cross-entropy, none to the alignment loss's false negatives.
    labels = [-1] * n
    project = lambda name, z: F.leaky_relu(linear(P, f"alignment.{name}", z), 0.01)
    v, t, V, T = project("visual", x), project("text", s), project("visual", vt), project("text", tt)
    def scores(T, mask, V):
        r, result = torch.zeros_like(T), []
        for i in range(blocks):
            b = f"alignment.team.block{i}"
            y = norm(P, f"{b}.self.norm", r)
            r = r + attention(P, f"{b}.self", T + y, T + y, y, heads, ~mask)
            r = r + attention(P, f"{b}.cross", T + norm(P, f"{b}.cross.norm", r), V, V, heads)
            r = mlp(P, f"{b}.mlp", r)
            result.append((cosine(P, r, T) * mask).sum(1) / mask.sum(1))
        return result
    other = [(i + shift) % n for i in range(n)]
    losses = [match(P, *three) for three in zip(scores(T, words, V), scores(T, words, V[other]),
                                                scores(T[other], words[other], V))]
    loss = clip(P, v, t, labels) + sum(losses)
    entropy = F.cross_entropy(linear(P, "alignment.classifier", v), targets)
    (entropy + weight * loss).backward()
    return {"shift": shift, "weight": weight, "width": width, "blocks": blocks, "visualCount": lv, "textCount": lt,
            "visual": x, "text": s, "targets": F.one_hot(targets, c).double(), "visualTokens": vt.reshape(n, -1),
            "textTokens": tt.reshape(n, -1), "mask": words.double(), "parameters": P, "loss": weight * loss,
            "classification": entropy, "gradients": {name: value.grad for name, value in P.items()}}

def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    result = {
        "global": [global_case(5, 6, 8, [0, 1, 0, -1, 2], 0, 1, 1),
                   global_case(9, 5, 7, [0, 1, 0, -1, 2, -1, 1, 0, 3], 0.1, 0.6, 0)],
        "tokens": [tokens_case(4, 5, 4, 6, 3, 3, 4, 5, 2, [[1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 0], [1, 1, 1, 1]], 0.7)]}
    with open(os.path.join(folder, "team.json"), "w") as file: file.write(g.text(result) + "\n")

if __name__ == "__main__": main()
