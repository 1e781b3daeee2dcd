"""Writes trec-eval.jsonl: rankings with their measures, as trec_eval computes them.

    python3 -m venv venv && venv/bin/pip install pytrec-eval-terrier==0.5.11
    venv/bin/python trec-eval.py > trec-eval.jsonl
"""

import json
import random

import pytrec_eval

chance = random.Random(19)
measures = {"recall", "P", "ndcg_cut", "success", "map_cut", "ndcg", "recip_rank", "map", "set_F", "set_P", "set_recall"}


def question(number):
    documents = [f"d{i}" for i in range(30)] + ["é", "z", "Z", "\uffee", "\U0001f600"]
    # Grade -1 is "not judged" to trec_eval, and every ninth question has nothing that is relevant.
    grades = [-1, 0] if number % 9 == 0 else [-1, 0, 0, 1, 1, 2, 3]
    judged = {each: chance.choice(grades) for each in chance.sample(documents, chance.randint(2, 14))}
    found = chance.sample(documents, chance.randint(1, 22))
    coarse = number % 3
    scores = {}
    for each in found:
        score = chance.random()
        # Many ties; ties only as 32-bit numbers; hardly any.
        scores[each] = round(score, 1) if coarse == 0 else 0.5 + round(score, 1) * 1e-9 if coarse == 1 else score
    return judged, scores


questions = {f"q{i}": question(i) for i in range(30)}
evaluator = pytrec_eval.RelevanceEvaluator({id: judged for id, (judged, _) in questions.items()}, measures)
results = evaluator.evaluate({id: scores for id, (_, scores) in questions.items()})
kept = ["recall_5", "recall_10", "P_5", "P_10", "ndcg_cut_5", "ndcg_cut_10", "success_5", "success_10", "map_cut_5"]
kept += ["ndcg", "recip_rank", "map", "set_F", "set_P", "set_recall"]
lines = [
    json.dumps({"grades": judged, "scores": scores, "measures": {name: results[id][name] for name in kept}})
    for id, (judged, scores) in questions.items()
]
print("\n".join(lines))
