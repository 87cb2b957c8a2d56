import type { MessagePort, Worker } from 'node:worker_threads';

/** What one thread lets another do. Arguments and results are cloned, so that neither holds what the other changes. */
type Services = { readonly [name: string]: (...args: never[]) => unknown };

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: unknown };

/** The other thread's services, each answering by a promise that rejects with what it threw there. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;

export interface Calls<T> {
  readonly remote: Remote<T>;
  /** The other thread is gone: what waits for it, and whatever is asked of it later, fails with this. */
  close(why: Error): void;
  /** As a call through `remote`; buffers named in `transfer` move to the other thread instead of being copied. */
  move<K extends keyof T & string>(name: K, args: Arguments<T[K]>, transfer: ArrayBuffer[]): Promise<unknown>;
}

/** Offers `services` at a port, and reaches those of the other side. Calls are carried out in the order in which they were made. */
export const createCalls = <T extends object>(port: MessagePort | Worker, services: Services): Calls<T> => {
  const waiting = new Map<number, { done: (value: unknown) => void; fail: (error: unknown) => void }>();
  let last = 0;
  let closed: Error | undefined;

  const serve = async ({ id, name, args }: Extract<Message, { kind: 'call' }>): Promise<void> => {
    let answer: Message;
    try {
      answer = { kind: 'value', id, value: await services[name]?.(...(args as never[])) };
    } catch (error) {
      answer = { kind: 'error', id, error };
    }
    port.postMessage(answer);
  };

  port.on('message', (message: Message) => {
    if (message.kind === 'call') return void serve(message);
    const held = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'value') held?.done(message.value);
    else held?.fail(message.error);
  });

  const move = (name: string, args: readonly unknown[], transfer: ArrayBuffer[]): Promise<unknown> =>
    new Promise((done, fail) => {
      if (closed !== undefined) return fail(closed);
      const id = ++last;
      waiting.set(id, { done, fail });
      port.postMessage({ kind: 'call', id, name, args } satisfies Message, transfer);
    });

  const remote = new Proxy({} as Remote<T>, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        move(String(name), args, []),
  });
  const close = (why: Error): void => {
    closed ??= why;
    for (const { fail } of waiting.values()) fail(closed);
    waiting.clear();
  };

  return { remote, move, close };
};
