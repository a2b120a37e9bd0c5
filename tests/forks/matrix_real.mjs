// The matrix of forks with the real Codex and Claude Code.

import { playMatrix } from './matrix.mjs';

playMatrix('codex');
playMatrix('claude');
