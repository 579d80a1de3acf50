# make run    set up what is missing, build the index, train, start every part
# make test   the whole test suite        make check   ruff, mypy, rasa data validate
# make shell  talk to the assistant in the terminal, on the path visitors get
SHELL := /bin/bash
ifneq (,$(wildcard .env))
include .env
export
endif
PORT ?= 8000
DOCUMENTS ?= index/documents
INDEX_STORE ?= var/index
export PORT INDEX_STORE
export PYTHONWARNINGS ?= ignore
export TF_CPP_MIN_LOG_LEVEL ?= 3
export SQLALCHEMY_SILENCE_UBER_WARNING ?= 1
# Rasa would send crash reports, visitors' words included, to its makers.
export RASA_TELEMETRY_ENABLED := false
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

PY := .venv/bin/python
TRAINED := models/assistant.tar.gz
TRAINED_FROM := config.yml domain.yml $(shell find bot/data bot/nlu bot/policies bot/safety -type f -not -name '*.pyc' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup index train run shell test programs check evaluate bench bench-search bench-others scale slack-minute lock clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready  ## the Python environment, from the pinned requirements

.venv/.ready: requirements.txt .python-version deploy/environment.sh
	@bash deploy/environment.sh
	@touch $@

index: setup  ## build the index from DOCUMENTS (default index/documents)
	@$(PY) -m index build --documents $(DOCUMENTS) --store $(INDEX_STORE)

train: $(TRAINED)  ## train the assistant, when its data changed

$(TRAINED): $(TRAINED_FROM) | setup
	@$(PY) -m bot.rasa train --fixed-model-name assistant --out models

run: setup index train  ## start everything: PORT=8000 DOCUMENTS=index/documents
	@$(PY) -m deploy.run

shell: setup index train  ## talk to the assistant in the terminal
	@SHOW_TRACE=1 $(PY) -m deploy.run --shell

test: check index train programs  ## every test; under 30 minutes on two cores
	@$(PY) -m pytest
	@DATABASE_URL=sqlite:///var/test/stories.db $(PY) -m rasa test core --model $(TRAINED) --stories tests/stories --out var/test/stories --fail-on-prediction-errors

programs:
	@bash deploy/system-packages.sh

check: setup  ## ruff, strict mypy, rasa data validate
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m rasa data validate --fail-on-warnings --data bot/data --domain domain.yml

evaluate: setup train  ## the figures of safety gate and search: var/evaluation/report.html
	@$(PY) -m evaluation.safety
	@$(PY) -m evaluation.retrieval

bench: setup index train  ## measure beside Rasa's stock ways and others: var/bench (long)
	@$(PY) -m benchmarks

bench-search: setup  ## search on public data and at size: var/bench (half an hour; make bench-others first)
	@$(PY) -m benchmarks.retrieval
	@$(PY) -m benchmarks.size

bench-others: setup  ## txtai, to compare with, in an environment of its own
	@.venv/bin/uv venv -q --python $(PY) var/txtai
	@VIRTUAL_ENV=var/txtai .venv/bin/uv pip sync -q --require-hashes benchmarks/txtai.txt

scale: setup index train  ## measure two of each process, and a restart of all under load
	@$(PY) -m benchmarks.scale

slack-minute: setup  ## Slack away for a whole minute during a handoff
	@SLACK_DOWN_SECONDS=60 $(PY) -m pytest -q tests/slack/test_reliability.py -k slack_down

lock: setup  ## pin requirements.in again
	@.venv/bin/uv pip compile --python $(PY) --generate-hashes --no-emit-index-url -q requirements.in -o requirements.txt

clean:  ## remove what was built; documents, database and environment stay
	@rm -rf models .rasa $(INDEX_STORE)
