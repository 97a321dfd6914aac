/** A recorded history that cannot be read, or that no run can have had: says where, what was expected and what stands there. */
export class HistoryFormatError extends Error {
  override readonly name: string = "HistoryFormatError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "HISTORY_FORMAT" = "HISTORY_FORMAT";
  /** The line of the text, from 1. */
  readonly line: number;
  /** The column in that line, from 1, in UTF-16 units. */
  readonly column: number;

  constructor(message: string, { line, column }: TextPosition) {
    super(`line ${line}, column ${column}: ${message}`);
    this.line = line;
    this.column = column;
  }
}

/** A place in a text, as editors count it: both from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}
