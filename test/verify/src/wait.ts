/** Asks until the answer is true. @throws Error that says what was waited for. */
export const until = async (what: string, ask: () => Promise<boolean>, deadlineMs: number): Promise<number> => {
  const begun = Date.now();
  for (;;) {
    if (await ask().catch(() => false)) return Date.now() - begun;
    if (Date.now() - begun > deadlineMs) throw new Error(`${what}: not within ${deadlineMs / 1_000} s`);
    await new Promise((next) => setTimeout(next, 100));
  }
};
