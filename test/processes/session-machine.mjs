import { keyValueMachine, replicatedService } from "quorate/machines";

/** The key-value store with sessions that expire soon. */
export const service = replicatedService(keyValueMachine(), { limits: { expiryMs: 1_000 } });
