"""A word-level tokenizer, made on the spot."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from lamer_train.tiny.words import WORD

PAD, UNKNOWN, USER, ASSISTANT, END = "<|pad|>", "<|unk|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = (PAD, UNKNOWN, USER, ASSISTANT, END)

_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    f"{ASSISTANT} {{{{ message['content'] }}}} {END}"
    "{% else %}"
    f"{USER} {{{{ message['content'] }}}} "
    "{% endif %}"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{ASSISTANT} {{% endif %}}"
)


def build_tokenizer(
    words: Iterable[str], *, max_length: int, rule: str = WORD
) -> PreTrainedTokenizerBase:
    """A word-level tokenizer with a chat template; words outside of the list become `<|unk|>`.

    Args:
        words: the vocabulary; each must be one word of the splitting rule.
        max_length: the model's context length in tokens.
        rule: regular expression of one word; what lies between matches is dropped.

    Raises:
        ValueError: a word would be split, and so could never be produced.
    """
    listed = list(dict.fromkeys(words))
    split = [word for word in listed if re.findall(rule, word) != [word]]
    if split:
        raise ValueError(f"these are not single words for the tokenizer: {split[:5]}")
    vocabulary = {word: index for index, word in enumerate((*SPECIAL, *listed))}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    # Inverted and removed: the matches are kept, and what lies between them is dropped.
    tokenizer.pre_tokenizer = Split(Regex(rule), behavior="removed", invert=True)
    tokenizer.decoder = decoders.WordPiece(prefix="\0", cleanup=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=END,
        additional_special_tokens=[USER, ASSISTANT],
        chat_template=_CHAT_TEMPLATE,
        model_max_length=max_length,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
