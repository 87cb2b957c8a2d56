const begun = Date.now();
const seconds = () => `${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s`;

/** Progress for a person: one line a step, with the time since the command began. */
export const report = (text) => console.log(`${seconds()}  ${text}`);

/** A failure that names its way out; the command ends with `code` and without a stack trace. */
export class Failure extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}
