import { issueCertificates } from "../../node/index.ts";
import { print, printJson, terminalOf, wrapText } from "../terminal.ts";

/** Options of `quorate certs`. */
export interface CertsFlags {
  readonly cluster: string;
  readonly members: readonly number[];
  readonly clients: readonly string[];
  readonly days: number;
  readonly json?: boolean;
}

/** `quorate certs DIR`: a local authority, and a certificate for each replica and client. */
export const certs = async (
  directory: string,
  { cluster, members, clients, days, json }: CertsFlags,
): Promise<number> => {
  const issued = await issueCertificates({ directory, cluster, members, clients, days });
  const files = [...issued.members.values(), ...issued.clients.values()];
  if (json === true)
    printJson({
      authority: issued.authorityFile,
      certificates: files.map(({ certificateFile, keyFile }) => ({ certificateFile, keyFile })),
    });
  else {
    for (const { certificateFile, keyFile } of files) print(`${certificateFile}\n${keyFile}\n`);
    const advice = `Give each replica and client its own pair and ${issued.authorityFile}. Whoever reads ${issued.authorityKeyFile} can make members: keep it elsewhere.`;
    print(`\n${wrapText(advice, terminalOf().width)}\n`);
  }
  return 0;
};
