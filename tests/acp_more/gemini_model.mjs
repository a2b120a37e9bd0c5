// A mocked model service that speaks Gemini's generateContent, and does as the prompt says:
// [[say: TEXT]], [[recall]], [[slow: CHUNKS MS]], [[call: NAME JSON]], [[hang: body]]. See
// tests/mock/script.h.

import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';

import { defer } from '../clients/cases.mjs';

/// The directives of a prompt as [name, argument].
function directives(prompt) {
  const found = [];
  for (let at = prompt.indexOf('[['); at >= 0; at = prompt.indexOf('[[', at)) {
    const end = prompt.indexOf(']]', at);
    if (end < 0) break;
    const inside = prompt.slice(at + 2, end);
    const colon = inside.includes(':') ? inside.indexOf(':') : inside.length;
    found.push([inside.slice(0, colon).trim(), inside.slice(colon + 1).trim()]);
    at = end + 2;
  }
  return found;
}

/// The parts of the answer that is due: each ends with a call, whose result the next one follows.
function stepsFor(contents) {
  let prompt = '';
  let results = 0;
  let told = '';
  for (const { role, parts } of contents.filter((each) => each.role === 'user')) {
    results += parts.filter((part) => part.functionResponse).length;
    const texts = parts.map((part) => part.text ?? '');
    told += texts.join('\n');
    const text = texts.findLast((each) => each.includes('[['));
    if (text === undefined) continue;
    prompt = text;
    results = 0;
  }
  const steps = [];
  let answer = 0;
  for (const step of directives(prompt)) {
    if (answer === results) steps.push(step[0] === 'recall' ? ['say', told] : step);
    if (step[0] === 'call') answer += 1;
  }
  return steps.length > 0 ? steps : [['say', 'ok']];
}

function partOf([name, argument]) {
  if (name === 'say') return { text: argument };
  const blank = argument.indexOf(' ');
  return { functionCall: { name: argument.slice(0, blank), args: JSON.parse(argument.slice(blank)) } };
}

function usageOf(body, parts) {
  // A token is four bytes, near enough.
  const [prompt, candidates] = [body, parts].map((each) => JSON.stringify(each).length >> 2);
  return { promptTokenCount: prompt, candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates };
}

function chunkOf(body, parts, more) {
  return { candidates: [{ index: 0, content: { role: 'model', parts }, ...more }],
    usageMetadata: usageOf(body, parts), modelVersion: 'gemini-2.5-flash' };
}

async function read(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text ? JSON.parse(text) : undefined;
}

export async function startGeminiModel() {
  const requests = [];
  const server = createServer(async (request, response) => {
    const body = await read(request);
    requests.push({ method: request.method, path: request.url, body });
    if (!/[gG]enerateContent/.test(request.url)) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ totalTokens: 1000 }));
      return;
    }
    const steps = stepsFor(body.contents);
    const last = { finishReason: 'STOP' };
    if (!request.url.includes('stream')) {
      const parts = steps.filter(([name]) => name !== 'hang' && name !== 'slow').map(partOf);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(chunkOf(body, parts, last)));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    const send = (chunk) => response.write(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
    for (const step of steps.filter(([name]) => name !== 'hang')) {
      if (step[0] !== 'slow') {
        send(chunkOf(body, [partOf(step)]));
        continue;
      }
      const [chunks, pause] = step[1].split(' ').map(Number);
      for (let i = 0; i < chunks && !response.closed; ++i) {
        send(chunkOf(body, [{ text: `${i} ` }]));
        await setTimeout(pause);
      }
    }
    if (steps.some(([name]) => name === 'hang')) return;
    send(chunkOf(body, [{ text: '' }], last));
    response.end();
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: server.address().port, requests: () => requests };
}
