/** How to run a one-node broker; makes its folder and formats its storage. */
export const prepareKafka: (options: { readonly dir: string; readonly port: number; readonly controller: number }) => {
  readonly command: string;
  readonly args: readonly string[];
};
