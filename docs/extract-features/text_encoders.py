# SPDX-License-Identifier: Apache-2.0
"""Text encoders: transformers, sentence-transformers, open_clip.

Each function returns a function from a list of N texts to features [N, width], and words that
say what it is. A model of the first two may also be a folder on this machine; only open_clip can
be tried with random weights.
"""

import torch


def transformers_encoder(name, device, _pretrained):
    """transformers:bert-base-uncased; the mean over the words of the last layer."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(name)
    model = transformers.AutoModel.from_pretrained(name).eval().to(device)

    def encode(texts):
        words = tokenizer(texts, padding=True, truncation=True, return_tensors="pt").to(device)
        states = model(**words).last_hidden_state
        mask = words["attention_mask"].unsqueeze(2)
        return (states * mask).sum(1) / mask.sum(1)

    return encode, f"transformers {transformers.__version__} {name}, mean of words"


def sentence_transformers_encoder(name, device, _pretrained):
    """sentence-transformers:all-MiniLM-L6-v2; pooled as the model says."""
    import sentence_transformers

    model = sentence_transformers.SentenceTransformer(name, device=str(device))
    words = f"sentence-transformers {sentence_transformers.__version__} {name}"
    return lambda texts: model.encode(texts, convert_to_tensor=True), words


def open_clip_encoder(name, device, pretrained):
    """open_clip:ViT-B-32/laion2b_s34b_b79k, the text side of a two-tower model."""
    import open_clip

    name, _, tag = name.partition("/")
    model = open_clip.create_model(name, pretrained=tag if pretrained else None)
    model = model.eval().to(device)
    tokenizer = open_clip.get_tokenizer(name)
    words = f"open_clip {open_clip.__version__} {name}, "
    words += f"weights {tag}" if pretrained else "random weights"
    return lambda texts: model.encode_text(tokenizer(texts).to(device)), words


LIBRARIES = {
    "transformers": transformers_encoder,
    "sentence-transformers": sentence_transformers_encoder,
    "open_clip": open_clip_encoder,
}


def text_encoder(name, device, pretrained=True):
    """The encoder called LIBRARY:MODEL."""
    library, _, model_name = name.partition(":")
    if library not in LIBRARIES or not model_name:
        raise SystemExit(f"--text-encoder is {name}, but must be one of "
                         + ", ".join(f"{library}:MODEL" for library in LIBRARIES))
    encode, words = LIBRARIES[library](model_name, device, pretrained)
    return torch.inference_mode()(encode), words
