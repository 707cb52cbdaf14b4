// What the models of Python libraries say, seen in what is reported of short programs: every line that is marked, and nothing else.
import { describe, test } from 'vitest';
import { checkProgram } from './check-program.ts';

const check = (text: string): void => checkProgram(text, 'python');
const program = (lines: string): string => `import torch\nfrom torch import nn\n${lines}`;

describe('transformers', () => {
  test('from_pretrained gives evaluation mode', () => {
    check(program(`from transformers import BertModel
model = BertModel.from_pretrained("bert-base-uncased")
with torch.no_grad():
    print(model(torch.ones(2, 4)).sum().item())
`));
  });
  test('train() wakes the dropout of a family that has some', () => {
    check(program(`from transformers import BertForSequenceClassification
model = BertForSequenceClassification.from_pretrained("bert-base-uncased")
model.train()
with torch.no_grad():
    print(model(torch.ones(2, 4)).argmax().item())  # error: [no-train-mode-inference]
`));
  });
  test('what a configuration says nobody knows', () => {
    check(program(`from transformers import AutoConfig, AutoModelForCausalLM
model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained("x"))
with torch.no_grad():
    print(model(torch.ones(2, 4)).argmax().item())  # error?: [no-train-mode-inference]
`));
  });
  test('generate() runs without gradients, in the mode that the model is in', () => {
    check(program(`from transformers import AutoTokenizer, GPT2LMHeadModel
tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = GPT2LMHeadModel.from_pretrained("gpt2")
print(tokenizer.decode(model.generate(tokenizer("a", return_tensors="pt"))[0]))
model.train()
print(tokenizer.decode(model.generate(tokenizer("a", return_tensors="pt"))[0]))  # error: [no-train-mode-inference]
`));
  });
  test('tokenizers, configurations and pipelines are no modules', () => {
    check(program(`from transformers import DistilBertConfig, DistilBertTokenizer, pipeline
config = DistilBertConfig.from_pretrained("x")
tokenizer = DistilBertTokenizer.from_pretrained("x")
classify = pipeline("sentiment-analysis")
print(config.dim, tokenizer("a"), classify("b"))
`));
  });
  test('a class of the project that derives from a model base is a module', () => {
    check(program(`from transformers import BertPreTrainedModel, PreTrainedModel


class Head(BertPreTrainedModel):
    def forward(self, x):
        return nn.functional.dropout(x, 0.1)  # error: [require-training-argument]


class Other(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.layers = [nn.Linear(4, 4), nn.Dropout(0.1)]  # error: [no-unregistered-submodule]
        self.post_init()

    def forward(self, x):
        return x
`));
  });
});

describe('diffusers', () => {
  test('models are modules in evaluation mode, pipelines are none', () => {
    check(program(`from diffusers import AutoPipelineForText2Image, DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
unet = UNet2DConditionModel.from_pretrained("x", subfolder="unet")
with torch.no_grad():
    print(unet(torch.ones(2, 4)).sum().item())
pipe = StableDiffusionPipeline.from_pretrained("x").to("cuda")
print(pipe("a house").images[0])
auto = AutoPipelineForText2Image.from_pretrained("x").to("cuda")
print(auto("a house").images[0].size)
print(DDPMScheduler.from_pretrained("x").config)
`));
  });
});

describe('PEFT', () => {
  test('from_pretrained gives evaluation mode unless it is to be trained', () => {
    check(program(`from peft import PeftModel
from transformers import BertModel
base = BertModel.from_pretrained("bert-base-uncased")
model = PeftModel.from_pretrained(base, "adapter")
with torch.no_grad():
    print(model(torch.ones(2, 4)).sum().item())
trained = PeftModel.from_pretrained(base, "adapter", is_trainable=True)
with torch.no_grad():
    print(trained(torch.ones(2, 4)).sum().item())  # error?: [no-train-mode-inference]
`));
  });
});

describe('torchvision and timm', () => {
  test('constructors give training mode', () => {
    check(program(`import timm
import torchvision
from torchvision.models import ResNet50_Weights, resnet50
net = resnet50(weights=ResNet50_Weights.DEFAULT)
with torch.no_grad():
    print(net(torch.ones(1, 3, 8, 8)).argmax().item())  # error: [no-train-mode-inference]
vit = torchvision.models.vit_b_16()
with torch.no_grad():
    print(vit(torch.ones(1, 3, 8, 8)).argmax().item())  # error?: [no-train-mode-inference]
model = timm.create_model("resnet18", pretrained=True)
with torch.no_grad():
    print(model(torch.ones(1, 3, 8, 8)).argmax().item())  # error?: [no-train-mode-inference]
`));
  });
  test('weights bring statistics', () => {
    check(program(`from torchvision.models import resnet18
trained = resnet18(weights="DEFAULT").eval()
older = resnet18(True).eval()
fresh = resnet18(weights=None).eval()
with torch.no_grad():
    print(trained(torch.ones(1, 3, 8, 8)).argmax().item())
    print(older(torch.ones(1, 3, 8, 8)).argmax().item())
    print(fresh(torch.ones(1, 3, 8, 8)).argmax().item())  # error?: [no-uncalibrated-batch-norm]
`));
  });
  test('stochastic depth as a function and as a layer', () => {
    check(program(`import torchvision.ops as ops
from timm.layers import DropPath, drop_path


class Block(nn.Module):
    def __init__(self, rate=0.1):
        super().__init__()
        self.rate = rate
        self.path = DropPath(0.1)

    def forward(self, x):
        x = drop_path(x, self.rate)  # error: [require-training-argument]
        x = drop_path(x, self.rate, self.training)
        x = ops.stochastic_depth(x, 0.1, "row")  # error: [require-training-argument]
        x = ops.stochastic_depth(x, 0.1, "row", self.training)
        return self.path(x)


block = Block()
with torch.no_grad():
    print(block(torch.ones(2, 4)).sum().item())  # error: [no-train-mode-inference]
`));
  });
});

describe('flash-attn and xformers', () => {
  test('the rate of attention has to be 0 in evaluation mode, wherever it comes from', () => {
    check(program(`import xformers.ops as xops
from flash_attn import flash_attn_func, flash_attn_qkvpacked_func
from flash_attn.flash_attn_interface import flash_attn_varlen_func


class Attention(nn.Module):
    def __init__(self, rate=0.1):
        super().__init__()
        self.rate = rate

    def forward(self, q, k, v):
        return flash_attn_func(q, k, v, self.rate)  # error: [require-training-argument]


class InVariable(Attention):
    def forward(self, qkv):
        dropout_p = self.rate
        return flash_attn_qkvpacked_func(qkv, dropout_p=dropout_p)  # error: [require-training-argument]


class Varlen(Attention):
    def forward(self, q, k, v, lengths, longest):
        return flash_attn_varlen_func(q, k, v, lengths, lengths, longest, longest, self.rate, causal=True)  # error: [require-training-argument]


class MemoryEfficient(Attention):
    def forward(self, q, k, v):
        return xops.memory_efficient_attention(q, k, v, p=self.rate)  # error: [require-training-argument]


class SwitchedOff(Attention):
    def forward(self, q, k, v):
        if not self.training:
            self.rate = 0.0
        return flash_attn_func(q, k, v, self.rate)  # error: [no-stale-training-flag]


class Gated(Attention):
    def forward(self, q, k, v):
        return flash_attn_func(q, k, v, self.rate if self.training else 0.0) + xops.memory_efficient_attention(q, k, v)
`));
  });
});

describe('OpenCLIP and accelerate', () => {
  test('create_model gives training mode, dispatch_model what it was given', () => {
    check(program(`import open_clip
from accelerate import Accelerator, dispatch_model
clip = open_clip.create_model("ViT-B-32", pretrained="openai")
with torch.no_grad():
    print(clip(torch.ones(1, 3, 8, 8)).sum().item())  # error?: [no-train-mode-inference]
clip.eval()
with torch.no_grad():
    print(clip(torch.ones(1, 3, 8, 8)).sum().item())
print(Accelerator().device)
model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
model = dispatch_model(model, device_map="auto")
with torch.no_grad():
    print(model(torch.ones(2, 4)).sum().item())  # error: [no-train-mode-inference]
`));
  });
});

describe('segmentation_models_pytorch', () => {
  test('predict() sets evaluation mode and leaves it so', () => {
    check(program(`import segmentation_models_pytorch as smp
net = smp.Unet("resnet34", encoder_weights="imagenet")
net.load_state_dict(torch.load("net.pt"))
net.predict(torch.ones(1, 3, 32, 32)).sum().item()
with torch.no_grad():
    print(net(torch.ones(1, 3, 32, 32)).argmax().item())
net.train()
with torch.no_grad():
    print(net(torch.ones(1, 3, 32, 32)).argmax().item())  # error: [no-train-mode-inference]
`));
  });
});

describe('PyTorch Geometric', () => {
  test('a layer of message passing is a module, and functions follow the flag that they are given', () => {
    check(program(`import torch_geometric.utils as utils
from torch_geometric.nn import GATConv, GCNConv, MessagePassing


class Conv(MessagePassing):
    def forward(self, x, edge_index):
        edge_index, _ = utils.dropout_edge(edge_index, 0.2)  # error: [require-training-argument]
        edge_index, _ = utils.dropout_edge(edge_index, 0.2, training=self.training)
        return self.propagate(edge_index, x=x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = GATConv(4, 4, dropout=0.6)
        self.second = GCNConv(4, 4)

    def forward(self, x, edge_index):
        return self.second(self.first(x, edge_index), edge_index)


net = Net()
with torch.no_grad():
    print(net(torch.ones(2, 4), torch.ones(2, 2)).argmax().item())  # error: [no-train-mode-inference]
`));
  });
});

describe('libraries that see to the mode themselves', () => {
  test('train() of Ultralytics runs a training', () => {
    check(program(`from ultralytics import YOLO
model = YOLO("yolo11n.pt")
model.train(data="coco8.yaml", epochs=3)
results = model("image.jpg")
print(results[0].boxes, model.predict("image.jpg")[0].boxes)
`));
  });
  test('encode() of Sentence Transformers sets evaluation mode', () => {
    check(program(`from sentence_transformers import SentenceTransformer
model = SentenceTransformer("all-MiniLM-L6-v2")
print(model.encode(["a sentence"]).shape, model.encode(["a sentence"])[0].sum().item())
`));
  });
  test('metrics are no networks that are trained', () => {
    check(program(`import torchmetrics
from torchmetrics.functional import accuracy
metric = torchmetrics.Accuracy(task="multiclass", num_classes=3)
print(metric(torch.ones(2, 3), torch.ones(2)).item(), metric.compute().item(), accuracy(torch.ones(2), torch.ones(2)))
`));
  });
  test('Learner of fastai and the engines of Ignite', () => {
    check(program(`from fastai.vision.all import *
from ignite.engine import create_supervised_evaluator


class Net(Module):
    def __init__(self):
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(x)


net = Net()
learn = Learner(None, net)
learn.fit(1)
evaluator = create_supervised_evaluator(net)
evaluator.run([])
`));
  });
});
