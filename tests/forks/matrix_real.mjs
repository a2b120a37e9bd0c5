// The matrix of forks with the real Codex and Claude Code.

import { longTest } from '../clients/cases.mjs';
import { playMatrix } from './matrix.mjs';

playMatrix('codex', longTest);
playMatrix('claude', longTest);
