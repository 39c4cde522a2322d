# Targets for people; `make help` lists them. Options go in the variables shown there.

PYTHON ?= python3
VENV := .venv
FINN := .venv-finn
FDSCS := $(VENV)/bin/fdscs
RUN := $(VENV)/bin/python -m

CONFIG ?= lite
CHECKPOINT ?=
DATASET ?= synthetic
ROOT ?=
OUT ?= runs/$(CONFIG)
BUILD ?= $(OUT)/build
PROJECT ?= $(OUT)/$(or $(filter rtl board,$(MAKECMDGOALS)),hls)
BOARD ?= ZCU104
FPS ?=
LEFT ?=
RIGHT ?=
GT ?=
ARGS ?=
SHARED ?=

.DEFAULT_GOAL := help
.PHONY: help finn-rtl bench mutation-test prove netlist-test setup demo lite tiny tiny-bitstream w8 w6 w4 w4s w4f acc16 \
	own-w8 own-w4s paper train qat export hls rtl board synthesise fit-logic finn finn-setup check report \
	test test-core test-finn test-slow wheel wheel-test bench-training docs lint \
	format clean authors-sceneflow authors-kitti authors-qat reproduction-sceneflow \
	reproduction-kitti reproduction-qat

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 24
	@echo
	@echo 'Variables: CONFIG=$(CONFIG) DATASET=$(DATASET) ROOT= CHECKPOINT= OUT=$(OUT) BUILD=$(BUILD)'
	@echo '           BOARD=$(BOARD) FPS= PROJECT=$(PROJECT) (for hls; rtl, board)'
	@echo '           ROOT may be several folders, in order, for recipes that mix data sets'
	@echo '           LEFT= RIGHT= (images for check and report; by default the Motorcycle pair) GT= (truth, for report)'
	@echo '           ARGS= (more options)'
	@echo '           SHARED= (folder with weights/ and data/, for w8 to acc16)'

setup: $(VENV)/.installed ## make .venv with the command fdscs in it

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo 'Python 3.11 to 3.13 is needed; name it with PYTHON=…'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) pip install --quiet --disable-pip-version-check -r requirements.lock
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

finn-setup: $(FINN)/.installed ## make .venv-finn, where FINN runs (about 2 GB)

$(FINN)/.installed: requirements-finn.lock
	$(PYTHON) -m venv $(FINN)
	$(FINN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		-r requirements-finn.lock
	@touch $@

demo: setup ## quantise, export and check the `lite` that comes along, on a real pair (minutes)
	$(FDSCS) demo -o runs/demo $(ARGS)

lite: OUT := $(if $(filter file,$(origin OUT)),runs/lite,$(OUT))
lite: setup ## train src/fdscs/checkpoints/lite.safetensors anew, from nothing (some three hours): OUT=folder
	$(call part,1,lite)
	$(call part,2,lite-plain,1)
	$(call part,3,lite-plain-2,2)
	$(call part,4,lite-varied,3)
	$(call part,5,lite-fine,4)
	$(call part,6,lite-tall,5)
	$(FDSCS) pack --checkpoint $(OUT)/6/float.safetensors -o $(OUT)/lite.safetensors

tiny: OUT := $(if $(filter file,$(origin OUT)),runs/tiny,$(OUT))
tiny: setup ## train src/fdscs/checkpoints/tiny.safetensors anew, from nothing (some half an hour): OUT=folder
	$(call part,1,tiny)
	$(call part,2,tiny-fine,1)
	$(FDSCS) pack --checkpoint $(OUT)/2/float.safetensors -o $(OUT)/tiny.safetensors

paper: OUT := $(if $(filter file,$(origin OUT)),runs/paper,$(OUT))
paper: setup ## train src/fdscs/checkpoints/paper.safetensors anew, from lite.safetensors (some two hours): OUT=folder
	@mkdir -p $(OUT)/0
	test -f $(OUT)/0/float.safetensors || $(FDSCS) grow --checkpoint src/fdscs/checkpoints/lite.safetensors \
		--config paper-grown -o $(OUT)/0/float.safetensors
	$(call part,1,paper-grown,0)
	$(call part,2,paper-fine,1)
	$(FDSCS) grow --checkpoint $(OUT)/2/float.safetensors --config paper -o $(OUT)/paper-float.safetensors
	$(FDSCS) pack --checkpoint $(OUT)/paper-float.safetensors -o $(OUT)/paper.safetensors

tiny-bitstream: OUT := $(if $(filter file,$(origin OUT)),runs/tiny-bitstream,$(OUT))
tiny-bitstream: setup ## the `tiny` that comes along as a bitstream for a ULX3S-85F (half an hour): OUT=folder
	test -f $(OUT)/qat/quant.safetensors || $(FDSCS) qat --config tiny-fine --dataset synthetic \
		--checkpoint src/fdscs/checkpoints/tiny.safetensors -o $(OUT)/qat \
		$(if $(wildcard $(OUT)/qat/training.safetensors),--resume)
	$(FDSCS) export --checkpoint $(OUT)/qat/quant.safetensors --size 240x320 -o $(OUT)/build
	$(FDSCS) ulx3s $(OUT)/build --clock 85 --fps 25.5 -o $(OUT)/board $(ARGS)

# Part number $1 of a training, by the configuration $2, from the result of part $3; an unfinished one goes on.
part = test -f $(OUT)/$1/float.safetensors || $(FDSCS) train --config $2 --dataset synthetic \
	$(if $3,--checkpoint $(OUT)/$3/float.safetensors) \
	-o $(OUT)/$1 $(if $(wildcard $(OUT)/$1/training.safetensors),--resume) $(ARGS)

# Pairs of KITTI 2015 that the published weights were not trained on.
UNSEEN := kitti2015/000004,kitti2015/000014,kitti2015/000015,kitti2015/000016

w8 w6 w4 w4s w4f acc16: OUT := $(if $(filter file,$(origin OUT)),runs/$(firstword $(MAKECMDGOALS)),$(OUT))

w8: ## quantise the published weights to 8 bits, no training (minutes): SHARED=folder OUT=build
w6: ## the same at 65 % of the bit operations, no training (minutes)
w4: ## the same at 45 % of the bit operations, distilled (half an hour)
w4s: ## the same at 30 % of the bit operations, distilled (three quarters of an hour)
w4f: ## w4s with narrower skip connections, for boards (half an hour)
acc16: ## 16-bit accumulators, distilled (a quarter of an hour)
w8 w6 w4 w4s w4f acc16: setup
	@test -n '$(SHARED)' || { echo 'Give SHARED=folder, with weights/ and data/ in it.'; exit 1; }
	@mkdir -p $(OUT)
	$(FDSCS) import-official $(SHARED)/weights/fdscs_official_bn600k.npz -o $(OUT)/float.safetensors
	$(FDSCS) quantise --config $@ --checkpoint $(OUT)/float.safetensors \
		--dataset kitti2015 --root $(SHARED)/data/kitti2015 \
		--dataset kitti2012 --root $(SHARED)/data/kitti2012 --unseen $(UNSEEN) -o $(OUT) $(ARGS)

own-w8: ## our own `paper` at 8 bits, from made-up pairs alone (minutes): OUT=build
own-w4s: ## the same at 30 % of the bit operations, distilled (an hour)
own-w8 own-w4s: OUT := $(if $(filter file,$(origin OUT)),runs/$(firstword $(MAKECMDGOALS)),$(OUT))
own-w8 own-w4s: setup
	$(FDSCS) quantise --config $@ --checkpoint src/fdscs/checkpoints/paper.safetensors \
		--dataset synthetic --dataset motorcycle --unseen motorcycle/motorcycle -o $(OUT) $(ARGS)

# Recipes are src/fdscs/configurations/*.toml of the same name; docs/recipes.md has what each needs.
RECIPES := authors-sceneflow authors-kitti authors-qat \
	reproduction-sceneflow reproduction-kitti reproduction-qat
ROOTS = $(foreach root,$(ROOT),--root $(root))

$(RECIPES): OUT := $(if $(filter file,$(origin OUT)),runs/$(firstword $(MAKECMDGOALS)),$(OUT))
authors-kitti: CHECKPOINT := $(or $(CHECKPOINT),runs/authors-sceneflow/unfolded.safetensors)
reproduction-kitti: CHECKPOINT := $(or $(CHECKPOINT),runs/reproduction-sceneflow/unfolded.safetensors)
authors-qat: CHECKPOINT := $(or $(CHECKPOINT),runs/authors-kitti/float.safetensors)
reproduction-qat: CHECKPOINT := $(or $(CHECKPOINT),runs/reproduction-kitti/float.safetensors)

authors-sceneflow: ## the authors' pre-training: ROOT=flyingthings3d
authors-kitti: ## their fine-tuning: ROOT='kitti2012 kitti2015'
reproduction-sceneflow: ## the reproduction's pre-training: ROOT='flyingthings3d monkaa driving'
reproduction-kitti: ## its fine-tuning: ROOT=kitti2015
authors-sceneflow authors-kitti reproduction-sceneflow reproduction-kitti: setup
	$(FDSCS) train --config $@ $(ROOTS) $(if $(CHECKPOINT),--checkpoint $(CHECKPOINT)) \
		-o $(OUT) $(ARGS)

authors-qat: ## 8 bits from authors-kitti: ROOT='kitti2012 kitti2015'
reproduction-qat: ## 8 bits from reproduction-kitti: ROOT=kitti2015
authors-qat reproduction-qat: setup
	$(FDSCS) qat --config $@ $(ROOTS) --checkpoint $(CHECKPOINT) -o $(OUT) $(ARGS)

train: setup ## float training of CONFIG on DATASET into OUT
	$(FDSCS) train --config $(CONFIG) --dataset $(DATASET) $(ROOTS) \
		$(if $(CHECKPOINT),--checkpoint $(CHECKPOINT)) -o $(OUT) $(ARGS)

qat: setup ## quantisation-aware training of CONFIG on DATASET into OUT
	$(FDSCS) qat --config $(CONFIG) --dataset $(DATASET) $(ROOTS) \
		$(if $(CHECKPOINT),--checkpoint $(CHECKPOINT)) -o $(OUT) $(ARGS)

export: setup ## freeze OUT/quant.safetensors to integers, QONNX and ONNX in BUILD
	$(FDSCS) export --checkpoint $(or $(CHECKPOINT),$(OUT)/quant.safetensors) -o $(BUILD) $(ARGS)

hls: setup ## write BUILD's accelerator as HLS C++ into PROJECT, for BOARD at FPS (as many as fit if empty)
	$(FDSCS) hls $(BUILD) --board $(BOARD) $(if $(FPS),--fps $(FPS)) -o $(PROJECT) $(ARGS)

rtl: setup ## write BUILD's accelerator as SystemVerilog into PROJECT, for BOARD at FPS (as many as fit if empty)
	$(FDSCS) rtl $(BUILD) --board $(BOARD) $(if $(FPS),--fps $(FPS)) -o $(PROJECT) $(ARGS)

board: setup ## a kit for BOARD in PROJECT: BUILD's accelerator, block design, driver in Python: BOARD=KV260, ZCU104, ZCU102 or a TOML file
	$(FDSCS) board $(BUILD) --board $(BOARD) $(if $(FPS),--fps $(FPS)) -o $(PROJECT) $(ARGS)

synthesise: setup ## LUTs, flip-flops, multipliers and memories of BUILD's accelerator, by Yosys (minutes)
	$(FDSCS) synthesise $(BUILD) --board $(BOARD) $(if $(FPS),--fps $(FPS)) $(ARGS)

fit-logic: setup ## measure modules by Yosys and fit the estimate of LUTs: BUILD= that of `lite` (half an hour)
	$(RUN) benchmarks.logic $(BUILD)

finn: setup finn-setup ## BUILD's network as FINN's dataflow graph in PROJECT, for BOARD at FPS
	$(FDSCS) finn $(BUILD) --board $(BOARD) --fps $(or $(FPS),20) -o $(PROJECT) $(ARGS)

finn-rtl: setup finn-setup ## simulate RTL of FINN's layers against the reference, one of each kind (minutes)
	@mkdir -p runs/finn-rtl
	$(VENV)/bin/python tests/accelerator/finn/compiler/make_job.py runs/finn-rtl
	PYTHONPATH=src $(FINN)/bin/python -m fdscs.accelerator.finn.compiler.rtl runs/finn-rtl $(ARGS)

check: setup ## compare every layer of BUILD in every back end, tolerance 0
	$(FDSCS) check $(BUILD) $(if $(LEFT),--left $(LEFT) --right $(RIGHT)) $(ARGS)

report: setup ## a page about BUILD for people: OUT/report.html, CHECKPOINT= the float network it came from
	$(FDSCS) report $(BUILD) $(if $(LEFT),--left $(LEFT) --right $(RIGHT)) $(if $(GT),--gt $(GT)) \
		$(if $(CHECKPOINT),--checkpoint $(CHECKPOINT)) -o $(OUT)/report.html $(ARGS)

mutation-test: setup ## try 1,000 single-bit faults of BUILD: which does the check find?
	$(FDSCS) mutate $(BUILD) $(if $(LEFT),--left $(LEFT) --right $(RIGHT)) $(ARGS)

prove: setup ## prove parts of BUILD's SystemVerilog for all inputs (minutes; again, seconds)
	$(FDSCS) prove $(BUILD) $(ARGS)

netlist-test: setup ## simulate every operation's netlist, of ECP5 and UltraScale+ cells (half an hour)
	$(RUN) pytest tests/accelerator/rtl/netlist $(ARGS)

test: setup ## run the tests
	$(RUN) pytest -n 2 -m 'not slow' $(ARGS)

# What runs where no extra is installed: no PyTorch, no ONNX. PYTHONS are interpreters.
PYTHONS ?= $(PYTHON)
CORE_TESTS := tests/core tests/hardware tests/hls_reference/ops tests/storage tests/export/test_build.py \
	$(addprefix tests/hls_reference/test_,fixed_point.py imports.py run.py threads.py) \
	$(addprefix tests/model/test_,bit_operations.py configuration.py fdscs.py graph.py operations.py plain_form.py) \
	$(addprefix tests/stereo_datasets/test_,cameras.py images.py outlines.py pair.py) \
	$(addprefix tests/vectors/test_,words.py page.py)

test-core: wheel ## run what needs no extras, in an environment without them: PYTHONS='python3.11 python3.12'
	@for python in $(PYTHONS); do \
		venv=.venv-core/$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])') && \
		rm -rf $$venv && $$python -m venv $$venv && \
		$$venv/bin/python -m pip install --quiet --disable-pip-version-check \
			-r requirements-core.lock build/wheel/*.whl && \
		$$venv/bin/python -m pip check && $$venv/bin/python --version && \
		$$venv/bin/python -m pytest -n 2 -p no:cacheprovider -m 'not slow' $(CORE_TESTS) $(ARGS) \
			|| exit 1; \
	done

wheel: setup ## the wheel, in build/wheel
	rm -rf build/lib build/bdist.* build/wheel
	$(RUN) pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w build/wheel .

wheel-test: wheel ## install the wheel into an empty environment and run it away from the clone (minutes)
	rm -rf build/venv
	$(PYTHON) -m venv build/venv
	build/venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	build/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps build/wheel/*.whl
	tests/installed.sh build/venv/bin/python

test-finn: setup finn-setup ## run the tests of the FINN flow, in its environment (minutes)
	PYTHONPATH=src $(FINN)/bin/python -m pytest --confcutdir=tests/accelerator/finn/compiler -p no:cacheprovider \
		-m "not slow" tests/accelerator/finn/compiler $(ARGS)

test-slow: setup ## run the slow sweeps too
	$(RUN) pytest -n 2 $(ARGS)

bench: setup ## the reference, the front end and qonnx beside float PyTorch, by size and disparities (minutes)
	$(RUN) benchmarks.deployment -o runs/benchmarks $(ARGS)

bench-training: setup ## steps a second and the cost volume, beside plain PyTorch (minutes)
	$(RUN) benchmarks.training -o runs/benchmarks $(ARGS)

docs: setup ## the documentation as pages, runs/docs/index.html
	NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build --strict -f - < docs/mkdocs.yml

lint: setup ## ruff, mypy, and who imports whom
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(VENV)/bin/lint-imports --no-cache

format: setup ## rewrite the code as ruff wants it
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

clean: ## remove the environment and what runs left
	rm -rf $(VENV) .venv-core runs build *.egg-info
