// A shell command on a pseudo-terminal, by way of script(1).

import { Server } from '../clients/server.mjs';
import { program } from '../clients/cases.mjs';

/// A server whose descriptors are the terminal's, except those that `stdio` gives as 3, 4, …: the
/// command may redirect from and to them. $TINE is the program.
export function onTerminal(command, { stdio = [], env = {} } = {}) {
  return new Server({
    command: ['script', '-q', '-e', '-E', 'never', '-c', command, '/dev/null'],
    stdio: ['pipe', 'pipe', 'pipe', ...stdio],
    env: { SHELL: '/bin/sh', TERM: 'xterm', TINE: program, ...env },
  });
}
