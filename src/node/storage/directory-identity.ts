import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { NodeId } from "../../model/index.ts";
import { DirectoryRefusedError } from "../errors.ts";
import type { Files } from "./files.ts";

/** What a data directory says of itself, in `replica.json`. */
export interface DirectoryIdentity {
  readonly format: number;
  readonly cluster: string;
  readonly member: NodeId;
  /** Drawn when the directory was made: a member that comes back with another one has lost its memory. */
  readonly directory: string;
}

/**
 * The format of the directory that this version writes. In format 2 values in the log are in the compact format of plain
 * data, which the version before does not read; those that it wrote are read as they are.
 */
export const directoryFormat = 2;

/** Takes a directory of one format to the next one, by its content of `replica.json`. */
export type DirectoryMigration = (content: { readonly [field: string]: unknown }) => {
  readonly [field: string]: unknown;
};

/** From each format to the next one. */
const knownMigrations: ReadonlyMap<number, DirectoryMigration> = new Map([[1, (content) => content]]);

const fileName = "replica.json";

const parse = (path: string, bytes: Uint8Array): { readonly [field: string]: unknown } => {
  try {
    const content: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof content === "object" && content !== null) return content as { readonly [field: string]: unknown };
  } catch {
    // Said below.
  }
  throw new DirectoryRefusedError(`${path} is damaged. It is written whole or not at all: restore it from a copy.`);
};

const bytesOf = (content: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`);

const migrated = async (
  files: Files,
  path: string,
  bytes: Uint8Array,
  migrations: ReadonlyMap<number, DirectoryMigration>,
): Promise<{ readonly [field: string]: unknown }> => {
  let content = parse(path, bytes);
  const written = content["format"];
  if (typeof written !== "number" || !Number.isSafeInteger(written))
    throw new DirectoryRefusedError(`${path} names no format. It is written whole: restore it from a copy.`);
  if (written > directoryFormat)
    throw new DirectoryRefusedError(
      `${path} has format ${written}, this version knows ${directoryFormat}: start the version that wrote it, or a newer one.`,
    );
  for (let format = written; format < directoryFormat; format++) {
    const migration = migrations.get(format);
    if (migration === undefined) throw new DirectoryRefusedError(`${path} has format ${written}, which is too old.`);
    content = { ...migration(content), format: format + 1 };
  }
  if (written === directoryFormat) return content;
  await files.writeSmall(`${path}.format-${written}`, bytes);
  await files.writeSmall(path, bytesOf(content));
  return content;
};

/**
 * Reads whose directory it is, or makes it that of this member.
 *
 * @throws DirectoryRefusedError where it is another's, or of a format that this version does not know.
 */
export const identify = async (
  files: Files,
  directory: string,
  cluster: string,
  member: NodeId,
  migrations: ReadonlyMap<number, DirectoryMigration> = knownMigrations,
): Promise<DirectoryIdentity> => {
  const path = join(directory, fileName);
  const bytes = await files.readSmall(path);
  if (bytes === null) {
    const others = (await files.list(directory)).filter((name) => name === "log");
    if (others.length > 0)
      throw new DirectoryRefusedError(`${directory} has a log and no ${fileName}: restore it from a copy.`);
    const identity: DirectoryIdentity = { format: directoryFormat, cluster, member, directory: randomUUID() };
    await files.writeSmall(path, bytesOf(identity));
    return identity;
  }
  const content = await migrated(files, path, bytes, migrations);
  if (content["cluster"] !== cluster || content["member"] !== member)
    throw new DirectoryRefusedError(
      `${directory} belongs to member ${String(content["member"])} of cluster ${JSON.stringify(content["cluster"])}, ` +
        `not to member ${member} of ${JSON.stringify(cluster)}. Give each replica a directory of its own.`,
    );
  if (typeof content["directory"] !== "string")
    throw new DirectoryRefusedError(`${path} does not say which directory it is: restore it from a copy.`);
  return { format: directoryFormat, cluster, member, directory: content["directory"] };
};
