/** What the front must know of a statement before the engine sees it; everything else about it is the engine's to judge. */
export type Statement =
  /** Its result may be large: `outputAt` is where ` INTO OUTFILE …` may be put. */
  | { readonly kind: 'select'; readonly format: string | undefined; readonly outputAt: number }
  /**
   * Rows follow in `format`: `sourceAt` is where ` FROM INFILE …` may be put, `head` ends where the statement ends (before
   * `VALUES`, which a source replaces), `dataAt` is where rows in the same text begin.
   */
  | {
      readonly kind: 'insert';
      readonly format: string;
      readonly sourceAt: number;
      readonly headEnd: number;
      readonly dataAt: number;
    }
  | { readonly kind: 'other'; readonly format: string | undefined }
  | { readonly kind: 'empty' }
  | { readonly kind: 'refused'; readonly code: number; readonly why: string };

interface Token {
  readonly word: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /(?:\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/)*/y;
const TOKEN = /\$(\w*)\$[\s\S]*?\$\1\$|[A-Za-z_]\w*|[\s\S]/y;
const BACKSLASH = 92;
const QUOTE = /^['"`]$/;
const OPEN = /^[([{]$/;
const CLOSE = /^[)\]}]$/;

/** Where a quoted text that begins at `from` ends; a doubled quote reads as two texts, which is the same here. */
const quotedEnd = (text: string, from: number): number => {
  const quote = text.charCodeAt(from);
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === quote) return at + 1;
  }
  return text.length;
};

/** The tokens of a text that stand in no bracket, one after the other. */
function* topLevel(text: string): Generator<Token> {
  let at = 0;
  let depth = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.test(text);
    const start = SPACE.lastIndex;
    TOKEN.lastIndex = start;
    const [found] = TOKEN.exec(text) ?? [];
    if (found === undefined) return;
    at = QUOTE.test(found) ? quotedEnd(text, start) : start + found.length;
    if (CLOSE.test(found)) depth = Math.max(0, depth - 1);
    if (depth === 0) {
      const word = /^[A-Za-z_]/.test(found) ? found.toUpperCase() : found;
      yield { word, text: text.slice(start, at), start, end: at };
    }
    if (OPEN.test(found)) depth++;
  }
}

const refused = (code: number, why: string): Statement => ({ kind: 'refused', code, why });
const FILES = refused(48, 'INTO OUTFILE and FROM INFILE are not supported over HTTP. (NOT_IMPLEMENTED)');
const INPUT = refused(48, 'input() is not supported by this front. (NOT_IMPLEMENTED)');
const MANY = refused(62, 'Syntax error (Multi-statements are not allowed). (SYNTAX_ERROR)');

/** Where rows begin behind the name of a format: past a semicolon and the rest of the line where that is blank. */
const dataStart = (text: string, from: number): number =>
  from + (/^(?:\s*;)?[ \t\f]*\r?\n?/.exec(text.slice(from))?.[0].length ?? 0);

const readInsert = (text: string, tokens: Iterator<Token>): Statement => {
  let settingsAt: number | undefined;
  let previous: Token | undefined;
  let isSelect = false;
  let format: string | undefined;
  for (let step = tokens.next(); step.done !== true; step = tokens.next()) {
    const token = step.value;
    const isName = previous?.word === 'INTO' || previous?.word === 'TABLE' || previous?.word === '.';
    if (previous?.word === 'FORMAT' && /^[A-Z]/.test(token.word)) {
      if (!isSelect)
        return {
          kind: 'insert',
          format: token.text,
          sourceAt: settingsAt ?? previous.start,
          headEnd: text.length,
          dataAt: dataStart(text, token.end),
        };
      format = token.text;
    }
    if (token.word === 'INFILE') return FILES;
    if (!isName && token.word === 'SETTINGS') settingsAt ??= token.start;
    if (!isName && token.word === 'VALUES' && !isSelect) {
      const sourceAt = settingsAt ?? token.start;
      return { kind: 'insert', format: 'Values', sourceAt, headEnd: token.start, dataAt: token.end };
    }
    if (!isName && (token.word === 'SELECT' || token.word === 'WITH')) isSelect = true;
    if (token.word === 'INPUT' && isSelect && /^\s*\(/.test(text.slice(token.end))) return INPUT;
    if (token.word === ';' && tokens.next().done !== true) return MANY;
    // A table may bear the name of a keyword.
    previous = isName ? { ...token, word: '' } : token;
  }
  return { kind: 'other', format };
};

/**
 * Reads a statement as far as the front must know it: whether its result is streamed, whether rows follow and where, and
 * what a server refuses but the embedded engine would do (files of the machine, several statements at once).
 */
export const readStatement = (text: string): Statement => {
  const tokens = topLevel(text);
  const first = tokens.next();
  if (first.done === true) return { kind: 'empty' };
  if (first.value.word === 'INSERT') return readInsert(text, tokens);
  const isSelect = ['SELECT', 'WITH', '(', 'FROM'].includes(first.value.word);
  let previous: Token = first.value;
  let end = first.value.end;
  let isInsert = false;
  /** A `FORMAT name` that nothing but settings may follow. */
  let format: { name: string; start: number } | undefined;
  for (let step = tokens.next(); step.done !== true; step = tokens.next()) {
    const token = step.value;
    if (token.word === ';') {
      if (tokens.next().done !== true) return MANY;
      break;
    }
    if (previous.word === 'INTO' && token.word === 'OUTFILE') return FILES;
    if (token.word === 'INSERT') isInsert = true;
    if (previous.word === 'FORMAT' && /^[A-Z]/.test(token.word)) format = { name: token.text, start: previous.start };
    else if (format !== undefined && previous.text === format.name && token.word !== 'SETTINGS') format = undefined;
    end = token.end;
    previous = token;
  }
  if (!isSelect || isInsert) return { kind: 'other', format: format?.name };
  return { kind: 'select', format: format?.name, outputAt: format?.start ?? end };
};
