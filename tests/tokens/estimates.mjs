// The program's estimates of tokens, beside what real tokenizers count. The larger of both counts is
// what an estimate is judged by, as the two differ by up to half on one and the same text.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { generated } from './generated.mjs';
import { count } from './tokenizers.mjs';

const lowest = 0.98;
const highest = 1.35;
const judged = 200;  // bytes: shorter texts have an allowance
const allowance = 6;  // tokens, for those

const driver = join(dirname(process.env.TINE), 'tests', 'tine_tokens');

/// What the program says of each text: its tokens, and the bytes of a prefix with half as many.
function estimates(texts) {
  const input = Buffer.concat(texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    return [Buffer.from(`${bytes.length}\n`), bytes];
  }));
  const output = execFileSync(driver, { input, maxBuffer: 2 ** 28, encoding: 'utf8' });
  const lines = output.trimEnd().split('\n').map((line) => line.split(' ').map(Number));
  assert.equal(lines.length, texts.length);
  return lines;
}

/// A text in pieces of `size` bytes or a little more, none cut inside of a character.
function pieces(text, size) {
  const found = [];
  let piece = '';
  let bytes = 0;
  for (const character of text) {
    piece += character;
    bytes += Buffer.byteLength(character);
    if (bytes < size) continue;
    found.push(piece);
    piece = '';
    bytes = 0;
  }
  return found;
}

/// Each text whole, in long pieces and in the shortest ones that are judged.
const inAllSizes = (texts) => texts.flatMap((text) =>
  [text, ...pieces(text, 1000), ...pieces(text, judged)]).filter((text) => Buffer.byteLength(text) >= judged);

const read = (path) => readFileSync(path, 'utf8');
const written = (name) => read(join('tests/tokens/texts', name));

/// The first files of a folder of this project, whole and in pieces that are long enough for an
/// estimate to hold whatever becomes of the files.
function filesOf(folder, extension, most = 12) {
  const names = readdirSync(folder).filter((name) => extname(name) === extension).sort().slice(0, most);
  return names.map((name) => read(join(folder, name)))
    .flatMap((text) => [text, ...pieces(text, 3000)]).filter((text) => text.length >= 1500);
}

function kinds() {
  const prose = {
    'prose: English': ['english.txt'],
    'prose: German': ['german.txt'],
    'prose: French, Spanish, Italian, Portuguese': ['french.txt', 'spanish.txt', 'italian_portuguese.txt'],
    'prose: Dutch, Nordic languages': ['nordic_dutch.txt'],
    'prose: Slavic languages': ['slavic.txt'],
    'prose: Turkish, Vietnamese, Indonesian': ['turkish_vietnamese_indonesian.txt'],
    'prose: Greek, Arabic, Hebrew, Hindi, Thai': ['other_scripts.txt'],
    'CJK: Chinese': ['chinese.txt'],
    'CJK: Japanese, Korean': ['japanese_korean.txt'],
  };
  const code = {
    'code: Rust, Go': ['rust.rs', 'go.go'],
    'code: Python': ['python.py'],
    'code: Java': ['java.java'],
    'code: TypeScript': ['typescript.ts'],
    'code: HTML, CSS, JavaScript': ['page.html'],
    'code: SQL': ['sql.sql'],
    'code: Ruby, shell, C#': ['ruby_shell_csharp.txt'],
  };
  const found = {};
  for (const [kind, names] of Object.entries({ ...prose, ...code })) found[kind] = inAllSizes(names.map(written));
  found['of this project: C++'] = [...filesOf('base', '.cpp'), ...filesOf('session', '.cpp')];
  found['of this project: JavaScript'] = filesOf('tests/codex', '.mjs');
  found['of this project: Markdown'] = filesOf('docs', '.md');
  found['of this project: JSON'] = [...pieces(read('tests/clients/package-lock.json'), 4000)];
  for (const [kind, texts] of Object.entries(generated(20261129))) found[`made up: ${kind}`] = inAllSizes(texts);
  return found;
}

for (const [kind, texts] of Object.entries(kinds())) {
  test(`tokens: ${kind}`, () => {
    const estimated = estimates(texts);
    let least = Infinity;
    let most = 0;
    const wrong = [];
    texts.forEach((text, i) => {
      const { o200k, anthropic, larger } = count(text);
      const ratio = estimated[i][0] / larger;
      least = Math.min(least, ratio);
      most = Math.max(most, ratio);
      if (ratio < lowest || ratio > highest)
        wrong.push(`${estimated[i][0]} for ${o200k} and ${anthropic} tokens: ${JSON.stringify(text.slice(0, 300))}`);
    });
    console.log(`${kind.padEnd(48)} ${String(texts.length).padStart(4)} texts  ${least.toFixed(2)} to ${most.toFixed(2)}`);
    assert.deepEqual(wrong, []);
  });
}

test('tokens: short texts are within a few tokens', () => {
  const texts = Object.values(kinds()).flat().flatMap((text) => [5, 40, 150].map((size) => pieces(text, size)[0]));
  estimates(texts).forEach(([tokens], i) => {
    const { larger } = count(texts[i]);
    assert.ok(tokens >= lowest * larger - allowance && tokens <= highest * larger + allowance,
      `${tokens} for ${larger}: ${JSON.stringify(texts[i])}`);
  });
});

test('tokens: a prefix within a budget is within it by the real tokenizers, and uses it', () => {
  const texts = Object.values(kinds()).flat().filter((text) => Buffer.byteLength(text) > 2000);
  const bytes = texts.map((text) => Buffer.from(text));
  const halves = estimates(texts).map(([tokens, length], i) => ({ tokens, text: bytes[i].subarray(0, length).toString() }));
  estimates(halves.map(({ text }) => text)).forEach(([tokens], i) => {
    const budget = Math.floor(halves[i].tokens / 2);
    const { larger } = count(halves[i].text);
    assert.ok(tokens <= budget && larger * lowest <= budget, `${tokens}, really ${larger}, of ${budget}`);
    assert.ok(tokens >= budget * 0.7, `${tokens} of ${budget}`);
  });
});
