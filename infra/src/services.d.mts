/** What a service of a stack is told; the same for those the launcher starts and for those added beside it. */
export const serviceEnv: (
  name: string,
  where: {
    readonly root: string;
    readonly dir: string;
    readonly stack: object;
    readonly port: number;
    /** Where settings of the service's own are taken from; default: this process. */
    readonly env?: Readonly<Record<string, string | undefined>>;
  },
) => Record<string, string | undefined>;

/** How a service is started: what Node is given, from the workspace's root. */
export const serviceArgs: (name: string) => string[];
