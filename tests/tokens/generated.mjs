// Texts that programs write, made up: the same seed gives the same texts.

/// Numbers that look random: from 0 to below 1.
export function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/// An object of kinds, each with texts of some kilobytes.
export function generated(seed, texts = 6) {
  const next = numbers(seed);
  const below = (limit) => Math.floor(next() * limit);
  const one = (values) => values[below(values.length)];
  const bytes = (count) => Buffer.from(times(count, () => below(256)));
  const hex = (count) => bytes(count).toString('hex');
  const two = (value) => String(value).padStart(2, '0');
  const uuid = () => hex(16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const clock = () => `${two(below(24))}:${two(below(60))}:${two(below(60))}`;
  const day = () => `20${two(20 + below(9))}-${two(1 + below(12))}-${two(1 + below(28))}`;
  const address = () => `10.${below(256)}.${below(256)}.${below(256)}`;
  const word = () => one(['session', 'worker', 'cache', 'index', 'request', 'upload', 'queue', 'parser',
    'timeout', 'schema', 'backend', 'transcript', 'handler', 'client', 'token', 'stream']);
  const folder = () => one(['src', 'lib', 'tests', 'internal/store', 'packages/core/src', 'include']);
  const file = () => `${folder()}/${word()}_${word()}.${one(['cpp', 'h', 'ts', 'py', 'go', 'rs'])}`;
  const said = () => one(['request finished', 'connection reset by peer', 'slow query detected',
    'retrying in 250 ms', 'cache miss', 'listening on port 8080', 'permission denied',
    'no such file or directory', 'unexpected end of input', 'the lock is held by another process']);
  const lines = (count, make) => times(count, make).join('\n') + '\n';

  const log = () => lines(20, () => `${day()}T${clock()}.${below(1000)}Z ${one(['INFO', 'WARN', 'ERROR', 'DEBUG'])} ` +
    `[${word()}-${below(9)}] ${said()} id=${hex(4)} took ${below(5000)}ms from ${address()}:${below(65536)}`);
  const access = () => lines(16, () => `${address()} - - [${two(1 + below(28))}/Nov/2026:${clock()} +0000] ` +
    `"GET /api/v${1 + below(3)}/${word()}s/${below(1e6)}?page=${below(40)} HTTP/1.1" ` +
    `${one([200, 404, 500, 301])} ${below(1e5)} "-" "Mozilla/5.0 (X11; Linux x86_64)"`);
  const system = () => lines(16, () => `Nov ${1 + below(30)} ${clock()} host${below(9)} ${one(['kernel', 'sshd', 'systemd', 'cron'])}` +
    `[${below(30000)}]: ${said()} (${word()}=${below(1000)})`);
  const tests = () => lines(20, (i) => one([
    () => `\x1b[32m✓\x1b[0m ${word()}: ${said()} (${below(900)} ms)`,
    () => `\x1b[31mFAILED\x1b[0m ${file()}:${below(900)}: ${word()} is not ${word()}`,
    () => `[${i}/${below(300)}] Building CXX object ${file()}.o`,
    () => `ok ${i} - ${word()} ${said()}`])());
  const stack = () => `Error: ${said()}\n` + lines(14, () => `    at ${word()}.${word()} (/home/user/project/${file()}:${below(900)}:${below(90)})`);
  const listing = () => lines(20, () => `-rw-r--r-- 1 user user ${String(below(10 ** (2 + below(6)))).padStart(8)} Nov ${two(1 + below(28))} ${clock().slice(0, 5)} ${file()}`);
  const diff = () => lines(24, (i) => (i === 0 ? `diff --git a/${file()} b/${file()}\nindex ${hex(4)}..${hex(4)} 100644\n@@ -${below(900)},7 +${below(900)},9 @@`
    : `${one([' ', '+', '-'])}${' '.repeat(2 * below(4))}${one(['const', 'return', 'auto', 'if'])} ${word()} = ${word()}(${word()}, ${below(100)});`));
  const object = (i) => ({ id: one([uuid, () => hex(8)])(), name: `${word()}-${i}`, size: below(1e6),
    tags: times(below(4), word), ok: next() < 0.5, at: 1.7e12 + below(1e10), ratio: next(), note: said(),
    nested: next() < 0.3 ? { path: file(), lines: times(3, () => below(500)), none: null } : undefined });
  const tool = () => JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: uuid(),
    update: { sessionUpdate: 'tool_call_update', toolCallId: `call_${hex(6)}`, status: 'completed',
      rawInput: { command: `cat ${file()}` }, content: [{ type: 'text', text: log() + diff() }] } } });
  const emoji = () => {
    const ranges = [[0x1f600, 0x1f64f], [0x1f300, 0x1f5ff], [0x1f680, 0x1f6c5], [0x1f900, 0x1f9ff],
      [0x2600, 0x26ff], [0x1fa70, 0x1fa95], [0x2702, 0x27b0]];
    const symbol = () => {
      for (;;) {
        const [from, to] = one(ranges);
        const made = String.fromCodePoint(from + below(to - from + 1));
        if (/\p{Emoji}/u.test(made)) return made.length === 1 && next() < 0.7 ? `${made}\ufe0f` : made;
      }
    };
    const common = ['😀', '😂', '🎉', '👍', '🚀', '🔥', '✅', '❌', '⚠️', '🐛', '💡', '🙏', '👀', '❤️', '😅', '🤔', '✨', '📝'];
    const flag = () => String.fromCodePoint(0x1f1e6 + below(26), 0x1f1e6 + below(26));
    const joined = () => one(['👨‍👩‍👧‍👦', '👩‍💻', '🏳️‍🌈', '👍🏽', '🤷‍♀️', '1️⃣', '👩🏿‍🚀', '🧑‍🤝‍🧑']);
    return one([
      () => times(60, symbol).join(''),
      () => times(90, () => one(common)).join(''),
      () => lines(12, () => `${one(common)} ${said()}, ${word()} ${one(common)}${one(common)}`),
      () => times(50, () => one([symbol, flag, joined, () => one(common)])()).join(' '),
      () => lines(10, () => `${symbol()} ${word()} ${word()} ${symbol()} ${said()} ${joined()}`)])();
  };
  const table = () => lines(14, (i) => (i === 1 ? `|${'-'.repeat(22)}|${'-'.repeat(12)}|`
    : `| ${word().padEnd(20)} | ${String(below(1e5)).padStart(10)} |`));
  const lock = () => lines(8, () => `    "node_modules/${word()}-${word()}": {\n      "version": "${below(9)}.${below(40)}.${below(20)}",\n` +
    `      "resolved": "https://registry.npmjs.org/${word()}/-/${word()}-${below(9)}.0.0.tgz",\n      "integrity": "sha512-${bytes(64).toString('base64')}"\n    },`);

  const kinds = {
    'log': [log, access, system],
    'log of tests': [tests, stack, listing],
    'diff': [diff],
    'json': [() => JSON.stringify(times(8, object)), () => JSON.stringify(times(8, object), null, 2),
      () => lines(8, (i) => JSON.stringify(object(i)))],
    'json in json': [tool, () => JSON.stringify(tool())],
    'lock file': [lock],
    'table': [table, () => lines(20, () => times(6, () => (next() * 1000).toFixed(below(5))).join(one([',', '\t', ' '])))],
    'numbers': [() => times(150, () => below(10 ** (1 + below(9)))).join(one([',', ' ', '\n', ', ']))],
    'base64': [() => bytes(900).toString('base64'), () => bytes(900).toString('base64').replace(/.{76}/g, '$&\n'),
      () => bytes(600).toString('base64url'), () => lines(10, () => `${word()}: ${bytes(33).toString('base64')}`)],
    'hex': [() => hex(500), () => lines(16, () => `${hex(20)} ${file()}`),
      () => lines(14, (i) => `${two(i)}000000: ${bytes(16).toString('hex').replace(/.{4}/g, '$& ')}`)],
    'uuid': [() => lines(20, uuid), () => times(20, uuid).join(', '), () => lines(12, () => `"${word()}Id": "${uuid()}",`)],
    'emoji': [emoji],
  };
  return Object.fromEntries(Object.entries(kinds).map(([kind, makers]) =>
    [kind, times(texts * (kind === 'emoji' ? 3 : 1), (i) => makers[i % makers.length]())]));
}
