#!/usr/bin/env python3
"""workloads.py - what is recorded: models with random weights, request by request.

    workloads.py NAME [--requests N] [--warmup N] [--layers N] [--profile FILE]
    workloads.py --list

Each request is an NVTX range "request" that ends when the device is idle; the warm-up is
inside ranges "warmup".  The last line on standard output is JSON with the milliseconds of
every request, as the program itself saw them.  With --profile the requests run under
torch.profiler, and FILE gets how often and how long each kernel ran.

Only torch is needed: the models are written out here, so that they are the same wherever
torch is.  Times do not depend on what weights hold, except that denormals and NaN must not
arise, which small random weights and normalisation see to.
"""
import argparse
import json
import os
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = "cuda"


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        scale = x.float().pow(2).mean(-1, keepdim=True).add(1e-5).rsqrt()
        return (x.float() * scale).to(x.dtype) * self.weight


def rotate(x, cos, sin):
    """Rotary positions: x is (batch, heads, tokens, size), cos and sin (tokens, size)."""
    half = x.shape[-1] // 2
    turned = torch.cat((-x[..., half:], x[..., :half]), dim=-1)
    return x * cos + turned * sin


class LlamaLayer(nn.Module):
    """Grouped-query attention and SwiGLU, with a cache of fixed size."""

    def __init__(self, hidden, heads, kv_heads, inner):
        super().__init__()
        self.heads, self.kv_heads, self.size = heads, kv_heads, hidden // heads
        self.q = nn.Linear(hidden, hidden, bias=False)
        self.k = nn.Linear(hidden, kv_heads * self.size, bias=False)
        self.v = nn.Linear(hidden, kv_heads * self.size, bias=False)
        self.o = nn.Linear(hidden, hidden, bias=False)
        self.gate = nn.Linear(hidden, inner, bias=False)
        self.up = nn.Linear(hidden, inner, bias=False)
        self.down = nn.Linear(inner, hidden, bias=False)
        self.norm1, self.norm2 = RmsNorm(hidden), RmsNorm(hidden)

    def split(self, x, heads):
        return x.view(x.shape[0], x.shape[1], heads, self.size).transpose(1, 2)

    def attend(self, q, k, v, mask):
        groups = self.heads // self.kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        if mask is None:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return y.transpose(1, 2).reshape(y.shape[0], y.shape[2], -1)

    def forward(self, x, cos, sin, cache=None, position=None, mask=None):
        h = self.norm1(x)
        q = rotate(self.split(self.q(h), self.heads), cos, sin)
        k = rotate(self.split(self.k(h), self.kv_heads), cos, sin)
        v = self.split(self.v(h), self.kv_heads)
        if cache is not None:
            cache[0].index_copy_(2, position, k)
            cache[1].index_copy_(2, position, v)
            k, v = cache
        x = x + self.o(self.attend(q, k, v, mask))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    """The shapes of Llama 3 8B."""

    HIDDEN, HEADS, KV_HEADS, INNER, WORDS = 4096, 32, 8, 14336, 128256

    def __init__(self, layers):
        super().__init__()
        self.words = nn.Embedding(self.WORDS, self.HIDDEN)
        self.layers = nn.ModuleList(
            LlamaLayer(self.HIDDEN, self.HEADS, self.KV_HEADS, self.INNER)
            for _ in range(layers)
        )
        self.norm = RmsNorm(self.HIDDEN)
        self.head = nn.Linear(self.HIDDEN, self.WORDS, bias=False)

    def angles(self, tokens, dtype):
        size = self.HIDDEN // self.HEADS
        rate = 500000.0 ** (-torch.arange(0, size, 2, device=DEVICE).float() / size)
        angle = torch.outer(torch.arange(tokens, device=DEVICE).float(), rate)
        angle = torch.cat((angle, angle), dim=-1)
        return angle.cos().to(dtype), angle.sin().to(dtype)


def made(build, dtype):
    """A model on the device with small random weights."""
    torch.set_default_dtype(dtype)
    try:
        with torch.device(DEVICE):
            model = build()
    finally:
        torch.set_default_dtype(torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0.0, 0.02)
    return model


def llama_prefill(layers, tokens=1024):
    model = made(lambda: Llama(layers), torch.bfloat16).eval()
    cos, sin = model.angles(tokens, torch.bfloat16)
    prompt = torch.randint(0, Llama.WORDS, (1, tokens), device=DEVICE)

    def step():
        x = model.words(prompt)
        for layer in model.layers:
            x = layer(x, cos, sin)
        return model.head(model.norm(x[:, -1:]))

    return step


def llama_token(layers, batch=8, room=1024):
    """One token for each of a batch, at the last place of a full cache."""
    model = made(lambda: Llama(layers), torch.bfloat16).eval()
    all_cos, all_sin = model.angles(room, torch.bfloat16)
    token = torch.randint(0, Llama.WORDS, (batch, 1), device=DEVICE)
    position = torch.full((1,), room - 1, device=DEVICE, dtype=torch.long)
    shape = (batch, Llama.KV_HEADS, room, Llama.HIDDEN // Llama.HEADS)
    caches = [
        tuple(torch.randn(shape, device=DEVICE, dtype=torch.bfloat16) for _ in "kv")
        for _ in range(layers)
    ]
    mask = torch.zeros((1, 1, 1, room), device=DEVICE, dtype=torch.bfloat16)

    def step():
        cos = all_cos.index_select(0, position)
        sin = all_sin.index_select(0, position)
        x = model.words(token)
        for layer, cache in zip(model.layers, caches):
            x = layer(x, cos, sin, cache, position, mask)
        token.copy_(model.head(model.norm(x)).argmax(-1))

    return step


def llama_decode(layers):
    """A request is 16 tokens."""
    step = llama_token(layers)

    def request():
        for _ in range(16):
            step()

    return request


def as_graph(step, times):
    """A request replays the graph of STEP so often."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side), torch.no_grad():
        for _ in range(2):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad(), torch.cuda.graph(graph):
        step()

    def request():
        for _ in range(times):
            graph.replay()

    request.memory = step  # what the graph works on must live as long
    return request


class Bottleneck(nn.Module):
    def __init__(self, inner, width, stride, before):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(True),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width),
            nn.ReLU(True),
            nn.Conv2d(width, inner, 1, bias=False), nn.BatchNorm2d(inner),
        )
        self.short = nn.Identity()
        if stride != 1 or before != inner:
            self.short = nn.Sequential(
                nn.Conv2d(before, inner, 1, stride, bias=False), nn.BatchNorm2d(inner)
            )

    def forward(self, x):
        return F.relu(self.body(x) + self.short(x))


def resnet50():
    blocks, before = [], 64
    for width, n, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(n):
            blocks.append(Bottleneck(4 * width, width, stride if i == 0 else 1, before))
            before = 4 * width
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(True),
        nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(2048, 1000),
    )


def resnet50_infer(_layers, batch=4):
    model = made(resnet50, torch.float16).eval().to(memory_format=torch.channels_last)
    x = torch.randn(batch, 3, 224, 224, device=DEVICE, dtype=torch.float16)
    x = x.to(memory_format=torch.channels_last)
    return lambda: model(x)


def resnet50_train(_layers, batch=32):
    model = made(resnet50, torch.float32).train()
    rule = torch.optim.SGD(model.parameters(), lr=0.001)
    x = torch.randn(batch, 3, 224, 224, device=DEVICE)
    y = torch.randint(0, 1000, (batch,), device=DEVICE)

    def request():
        rule.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        rule.step()

    return request


class BertLayer(nn.Module):
    def __init__(self, hidden, heads, inner):
        super().__init__()
        self.heads = heads
        self.qkv, self.o = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.up, self.down = nn.Linear(hidden, inner), nn.Linear(inner, hidden)
        self.norm1, self.norm2 = nn.LayerNorm(hidden), nn.LayerNorm(hidden)

    def forward(self, x):
        b, t, h = x.shape
        qkv = self.qkv(x).view(b, t, 3, self.heads, h // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, h)
        x = self.norm1(x + self.o(y))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Bert(nn.Module):
    """The shapes of BERT base."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(30522, 768), nn.Embedding(512, 768)
        self.norm = nn.LayerNorm(768)
        self.layers = nn.Sequential(*(BertLayer(768, 12, 3072) for _ in range(12)))

    def forward(self, x, places):
        return self.layers(self.norm(self.words(x) + self.places(places)))


def bert_infer(_layers, batch=4, tokens=128):
    model = made(Bert, torch.float16).eval()
    x = torch.randint(0, 30522, (batch, tokens), device=DEVICE)
    places = torch.arange(tokens, device=DEVICE)
    return lambda: model(x, places)


def smoke(_layers):
    """As little as there can be: 16 kernels that add, 1 product, 1 copy each way."""
    x = torch.zeros(1024, device=DEVICE)
    a = torch.randn(1024, 1024, device=DEVICE, dtype=torch.bfloat16)

    def request():
        for _ in range(16):
            x.add_(1.0)
        a @ a
        x.copy_(x.cpu())

    return request


WORKLOADS = {
    # name: (what makes one request, default layers, requests, trains)
    "smoke": (smoke, 0, 20, False),
    "bert-infer": (bert_infer, 0, 40, False),
    "resnet50-infer": (resnet50_infer, 0, 40, False),
    "resnet50-train": (resnet50_train, 0, 10, True),
    "llama-prefill": (llama_prefill, 32, 6, False),
    "llama-prefill-graph": (lambda n: as_graph(llama_prefill(n), 1), 32, 6, False),
    "llama-decode": (llama_decode, 32, 3, False),
    "llama-decode-graph": (lambda n: as_graph(llama_token(n), 16), 32, 3, False),
}
PAIR = ("resnet50-infer", "bert-infer")  # two processes at once


def one(request):
    before = time.perf_counter()
    torch.cuda.nvtx.range_push("request")
    request()
    torch.cuda.synchronize()
    torch.cuda.nvtx.range_pop()
    return (time.perf_counter() - before) * 1e3


def kernels_of(path):
    """{name: [nanoseconds of each launch]} of a trace that torch.profiler wrote."""
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    found = {}
    for event in events:
        if event.get("cat") == "kernel":
            found.setdefault(event["name"], []).append(round(event["dur"] * 1000))
    return found


def profiled(request, n, path):
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as result:
        ms = [one(request) for _ in range(n)]
    result.export_chrome_trace(path + ".trace.json")
    kernels = kernels_of(path + ".trace.json")
    os.remove(path + ".trace.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"requests": n, "kernels_ns": kernels}, out)
    return ms


def run(args):
    make, layers, requests, trains = WORKLOADS[args.name]
    layers = args.layers or layers
    requests = args.requests or requests
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = False
    request = make(layers)
    with torch.enable_grad() if trains else torch.no_grad():
        torch.cuda.nvtx.range_push("warmup")
        for _ in range(args.warmup):
            request()
        torch.cuda.synchronize()
        torch.cuda.nvtx.range_pop()
        if args.profile:
            ms = profiled(request, requests, args.profile)
        else:
            ms = [one(request) for _ in range(requests)]
    print(json.dumps({
        "workload": args.name, "layers": layers, "requests": requests, "ms": ms,
        "device": torch.cuda.get_device_name(), "torch": torch.__version__,
    }), flush=True)


def run_pair(args):
    children = []
    for name in PAIR:
        command = [sys.executable, os.path.abspath(__file__), name]
        if args.requests:
            command += ["--requests", str(args.requests)]
        children.append(subprocess.Popen(command))
    codes = [child.wait() for child in children]
    return max(abs(code) for code in codes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("name", nargs="?", choices=list(WORKLOADS) + ["pair"])
    parser.add_argument("--requests", type=int, help="how many; default by workload")
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--layers", type=int, help="of a language model")
    parser.add_argument("--profile", metavar="FILE", help="run under torch.profiler")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    if args.list:
        print("\n".join(list(WORKLOADS) + ["pair"]))
        return 0
    if not args.name:
        parser.error("which workload?")
    if args.name == "pair":
        return run_pair(args)
    run(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
