import { type Entry, KeyValueClient } from "../../service/index.ts";
import { type ClusterFlags, clusterFileOf } from "../cluster/cluster-flags.ts";
import { complain, print, printJson } from "../terminal.ts";

/** Options of `quorate kv …`. */
export interface KeyValueFlags extends ClusterFlags {
  readonly serializable?: boolean;
  readonly prefix?: boolean;
  readonly limit?: number;
  readonly timeout?: number;
}

/** The key was not there, or its value another one. */
const exitNot = 1;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Bytes as JSON can hold them: as text where they are UTF-8, else in base64, which `encoding` says. */
const textOf = (name: string, bytes: Uint8Array): object => {
  try {
    return { [name]: decoder.decode(bytes) };
  } catch {
    return { [name]: Buffer.from(bytes).toString("base64"), [`${name}Encoding`]: "base64" };
  }
};

const entryJson = ({ key, value, createRevision, modRevision, version }: Entry): object => ({
  ...textOf("key", key),
  ...textOf("value", value),
  createRevision,
  modRevision,
  version,
});

const consistencyOf = ({ serializable }: KeyValueFlags): "serializable" | "linearizable" =>
  serializable === true ? "serializable" : "linearizable";

const withClient = async (flags: KeyValueFlags, use: (client: KeyValueClient) => Promise<number>): Promise<number> => {
  const timeoutMs = (flags.timeout ?? 10) * 1_000;
  await using client = await KeyValueClient.open({ cluster: clusterFileOf(flags), timeoutMs });
  return await use(client);
};

const printEntry = ({ value }: Entry): void => {
  process.stdout.write(value);
  print("\n");
};

/** `quorate kv put KEY VALUE`. */
export const put = (key: string, value: string, flags: KeyValueFlags): Promise<number> =>
  withClient(flags, async (client) => {
    const revision = await client.put(key, value);
    if (flags.json === true) printJson({ revision });
    else print(`revision ${revision}\n`);
    return 0;
  });

/** `quorate kv get KEY`. */
export const get = (key: string, flags: KeyValueFlags): Promise<number> =>
  withClient(flags, async (client) => {
    const consistency = consistencyOf(flags);
    if (flags.prefix === true) {
      const entries = await client.list(key, { limit: flags.limit ?? 0, consistency });
      if (flags.json === true) printJson({ entries: entries.map(entryJson) });
      else
        for (const entry of entries) {
          process.stdout.write(entry.key);
          process.stdout.write("\t");
          printEntry(entry);
        }
      return 0;
    }
    const entry = await client.get(key, consistency);
    if (flags.json === true) printJson({ found: entry !== null, ...(entry === null ? {} : entryJson(entry)) });
    else if (entry === null) complain(`quorate: there is no key ${JSON.stringify(key)}.`);
    else printEntry(entry);
    return entry === null ? exitNot : 0;
  });

/** `quorate kv del KEY`. */
export const del = (key: string, flags: KeyValueFlags): Promise<number> =>
  withClient(flags, async (client) => {
    const deleted = await client.delete(key);
    if (flags.json === true) printJson({ deleted });
    else print(deleted ? "deleted\n" : "there was no such key\n");
    return deleted ? 0 : exitNot;
  });

/** `quorate kv cas KEY EXPECTED NEW`; without EXPECTED the key must not be there. */
export const cas = (key: string, expected: string | null, value: string, flags: KeyValueFlags): Promise<number> =>
  withClient(flags, async (client) => {
    const succeeded = await client.compareAndSet(key, expected, value);
    if (flags.json === true) printJson({ succeeded });
    else print(succeeded ? "set\n" : "not set: the value is another one\n");
    return succeeded ? 0 : exitNot;
  });
