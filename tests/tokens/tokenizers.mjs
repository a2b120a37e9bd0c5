// The tokenizers that estimates are judged by: o200k, of OpenAI's models, and the one that
// Anthropic has published.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { getTokenizer } = require('@anthropic-ai/tokenizer');
const { get_encoding: encoding } = require('tiktoken');

const o200k = encoding('o200k_base');
const anthropic = getTokenizer();

/// How many tokens a text has, by each; the larger count is what an estimate must hold against.
export function count(text) {
  const counts = {
    o200k: o200k.encode_ordinary(text).length,
    // Its own countTokens() normalizes the text as well.
    anthropic: anthropic.encode_ordinary(text.normalize('NFKC')).length,
  };
  return { ...counts, larger: Math.max(counts.o200k, counts.anthropic) };
}
