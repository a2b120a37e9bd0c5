// Backends in the words of a shell: programs that speak just enough of a backend's protocol, and
// misbehave as they are told.

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, until } from '../clients/cases.mjs';

const codex = ({ onTurn, onFork, atEnd, atStart }) => `#!/bin/sh
${atStart}
count=0
say() { printf '%s\\n' "$1"; }
while read -r line; do
  case $line in *'"id":'*) ;; *) continue ;; esac
  id=\${line#*\\"id\\":}; id=\${id%%,*}; id=\${id%%\\}*}
  thread=\${line#*\\"threadId\\":\\"}; thread=\${thread%%\\"*}
  case $line in
    *'"method":"initialize"'*) say '{"id":'"$id"',"result":{"userAgent":"tine/0.169.0 (x)"}}' ;;
    *'"method":"account/read"'*) say '{"id":'"$id"',"result":{"account":null,"requiresOpenaiAuth":false}}' ;;
    *'"method":"turn/start"'*)
      ${onTurn}
      say '{"id":'"$id"',"result":{"turn":{"id":"turn-'"$id"'"}}}'
      said='"threadId":"'"$thread"'","turnId":"turn-'"$id"'"'
      turn='"threadId":"'"$thread"'","turn":{"id":"turn-'"$id"'"'
      say '{"method":"turn/started","params":{'"$turn"'}}}'
      say '{"method":"item/agentMessage/delta","params":{'"$said"',"itemId":"item","delta":"acted"}}'
      say '{"method":"turn/completed","params":{'"$turn"',"status":"completed"}}}' ;;
    *'"method":"thread/'*)
      case $line in *'thread/fork'*) ${onFork} ;; esac
      count=$((count + 1))
      say '{"id":'"$id"',"result":{"thread":{"id":"thread-'"$$-$count"'"},"model":"model"}}' ;;
    *) say '{"id":'"$id"',"result":{}}' ;;
  esac
done
${atEnd}
`;

const claude = ({ onTurn, atEnd, atStart }) => `#!/bin/sh
${atStart}
while read -r line; do
  id=\${line#*\\"request_id\\":\\"}; id=\${id%%\\"*}
  case $line in
    *'"control_request"'*)
      printf '%s\\n' '{"type":"control_response","response":{"subtype":"success","request_id":"'"$id"'","response":{"claude_code_version":"2.1.328"}}}' ;;
    *'"type":"user"'*) ${onTurn} ;;
  esac
done
${atEnd}
`;

/// An environment in which the default backend is a program of this kind ("codex" or "claude"), which
/// runs the shell's words \`onTurn\` whenever a turn begins, \`atEnd\` once its input has ended,
/// \`atStart\` before anything else, and Codex \`onFork\` when it is to fork.
export function acting(kind, onTurn = ':', { atEnd = ':', atStart = ':', onFork = ':' } = {}) {
  const home = directory('home');
  const program = join(directory('bin'), kind);
  const script = (kind === 'codex' ? codex : claude)({ onTurn, onFork, atEnd, atStart });
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  mkdirSync(join(home, 'config/tine'), { recursive: true });
  writeFileSync(join(home, 'config/tine/config.toml'), 'default_backend = "actor"\n' +
    `[backends.actor]\nkind = "${kind}"\ncommand = ["${program}"]\n`);
  return { HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state` };
}

/// A process as the kernel tells: its name, its state (T: stopped) and its parent.
function facts(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), state,
      parent: Number(parent) };
  } catch {
    return undefined;  // it has gone
  }
}

const children = (parent) => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
  .map(Number).map(facts).filter((each) => each?.parent === parent);

/// The guardians of a server.
export const guardians = (server) =>
  children(server.pid).filter(({ name }) => name === 'tine-guard');

/// Stops the backends of a server.
export function stop(server) {
  const backends = guardians(server).flatMap(({ pid }) => children(pid));
  for (const { pid } of backends) process.kill(pid, 'SIGSTOP');
  return backends.length;
}

/// Waits until so many of a server's backends are stopped.
export const stopped = (server, count) => until(`${count} backends to be stopped`, () =>
  guardians(server).flatMap(({ pid }) => children(pid))
    .filter(({ state }) => state === 'T').length >= count);

/// Waits until a backend of a server runs.
export const started = (server) => until('a backend to run', () =>
  guardians(server).some(({ pid }) => children(pid).length > 0));
