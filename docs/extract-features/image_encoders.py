# SPDX-License-Identifier: Apache-2.0
"""Image encoders without their classifiers: timm, torchvision, open_clip.

Each function returns a module from images [N, 3, H, W] to features [N, width], the transform of
one PIL image that belongs to it, and words that say what it is.
"""

import torch


def timm_encoder(name, pretrained):
    """timm:resnet50, timm:vit_base_patch16_224.augreg_in21k, ..."""
    import timm

    model = timm.create_model(name, pretrained=pretrained, num_classes=0)
    config = timm.data.resolve_model_data_config(model)
    transform = timm.data.create_transform(**config, is_training=False)
    tag = model.pretrained_cfg.get("tag", "")
    weights = f"weights {tag}" if pretrained else "random weights"
    return model, transform, f"timm {timm.__version__} {name.split('.')[0]}, {weights}"


def torchvision_encoder(name, pretrained):
    """torchvision:resnet50, torchvision:vgg19, torchvision:vit_b_16, ..."""
    import torchvision

    weights = torchvision.models.get_model_weights(name).DEFAULT
    model = torchvision.models.get_model(name, weights=weights if pretrained else None)
    # The last linear layer goes; VGG keeps the two before it.
    for last in ("fc", "heads", "head", "classifier"):
        if not hasattr(model, last):
            continue
        if last == "classifier" and isinstance(model.classifier, torch.nn.Sequential):
            model.classifier[-1] = torch.nn.Identity()
        else:
            setattr(model, last, torch.nn.Identity())
        break
    words = f"weights {weights.name}" if pretrained else "random weights"
    return model, weights.transforms(), f"torchvision {torchvision.__version__} {name}, {words}"


def open_clip_encoder(name, pretrained):
    """open_clip:ViT-B-32/laion2b_s34b_b79k, a model and a tag of its weights."""
    import open_clip

    name, _, tag = name.partition("/")
    model, _, transform = open_clip.create_model_and_transforms(
        name, pretrained=tag if pretrained else None)
    words = f"weights {tag}" if pretrained else "random weights"
    return ImageTower(model), transform, f"open_clip {open_clip.__version__} {name}, {words}"


class ImageTower(torch.nn.Module):
    """The image side of a two-tower model, after its projection."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        return self.model.encode_image(images)


LIBRARIES = {
    "timm": timm_encoder, "torchvision": torchvision_encoder, "open_clip": open_clip_encoder}


def image_encoder(name, pretrained=True):
    """The encoder called LIBRARY:MODEL, in evaluation mode."""
    library, _, model_name = name.partition(":")
    if library not in LIBRARIES or not model_name:
        raise SystemExit(f"--image-encoder is {name}, but must be one of "
                         + ", ".join(f"{library}:MODEL" for library in LIBRARIES))
    model, transform, words = LIBRARIES[library](model_name, pretrained)
    return model.eval().requires_grad_(False), transform, words
