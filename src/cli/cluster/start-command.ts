import { relative } from "node:path";

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command that starts one replica, from the folder where this process runs. */
export const startCommandOf = (configurationFile: string): string => {
  const near = relative(process.cwd(), configurationFile);
  return `npx quorate serve --config ${quoted(near.startsWith("..") ? configurationFile : near)}`;
};
