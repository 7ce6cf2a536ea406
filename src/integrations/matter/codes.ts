/** The codes by which controllers are commissioned. They stay the same for as long as the node's folder is there. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Crypto, type Environment } from "@matter/general";
import { PaseClient } from "@matter/protocol";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { systemCodeOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import { putAside, removeLeftovers } from "../../site/atomic-file.js";

export interface Credentials {
  readonly passcode: number;
  readonly discriminator: number;
}

/** What people type or scan. */
export interface PairingCodes {
  /** Like 1234-567-8901. */
  readonly manualPairingCode: string;
  /** What the QR code says. */
  readonly qrCode: string;
}

const credentialsSchema = z.object({
  passcode: z.int().min(1).max(99_999_998),
  discriminator: z.int().min(0).max(4_095),
});

/** A file that can't be understood is put aside, with a warning: there are other codes then. */
export async function loadCredentials(
  folder: string,
  environment: Environment,
  { log, now }: { readonly log: Log; readonly now: number },
): Promise<Credentials> {
  const path = pathIn(folder);
  await removeLeftovers(path);
  try {
    return credentialsSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT")
      log.warn(
        `Matter: ${path} could not be understood and was put aside as ${await putAside(path, now)}; the code is another one now`,
      );
    const crypto = environment.get(Crypto);
    return {
      passcode: PaseClient.generateRandomPasscode(crypto),
      discriminator: PaseClient.generateRandomDiscriminator(crypto),
    };
  }
}

/** Beside the node's other files, in the form in which Homebridge stores those of its own bridges. */
export async function saveCodes(folder: string, credentials: Credentials, codes: PairingCodes): Promise<void> {
  const text = `${JSON.stringify({ ...codes, ...credentials }, null, 2)}\n`;
  await writeFileAtomic(pathIn(folder), text, { mode: 0o600 });
}

export function readable(manualPairingCode: string): string {
  return manualPairingCode.replace(/^(\d{4})(\d{3})(\d{4})$/, "$1-$2-$3");
}

function pathIn(folder: string): string {
  return join(folder, "commissioning.json");
}
