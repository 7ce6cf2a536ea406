/** The operating system's errors, in words. */

import { messageOf, systemCodeOf } from "./errors.js";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder; check how it is written",
  ENOTDIR: "there is no such file or folder; check how it is written",
  EISDIR: "this is a folder; name a file in it",
  EACCES: "this user may not use it; change its permissions, or run this as the user that owns it",
  EPERM: "this user may not use it; change its permissions, or run this as the user that owns it",
  ENOSPC: "the disk is full; make room there",
  EDQUOT: "the disk is full; make room there",
  EROFS: "the disk is read-only; choose another place",
  EMFILE: "too many files are open; end other programs, or raise the limit of open files",
  EADDRINUSE: "another program uses this port; end it, or choose another port",
  EADDRNOTAVAIL: "this computer has no such address; choose one of its own",
};

/** What is wrong and what to do, as half a sentence. Of others than the system's errors: their message. */
export function systemReason(error: unknown): string {
  const code = systemCodeOf(error);
  return (code === null ? undefined : reasons[code]) ?? messageOf(error);
}

/** One line for a person, whatever was thrown: the system's errors with the file or port that they are about. */
export function plainMessageOf(error: unknown): string {
  const code = systemCodeOf(error);
  if (code === null || !Object.hasOwn(reasons, code)) return messageOf(error);
  return `${placeOf(error)}${systemReason(error)}`;
}

function placeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("path" in error && typeof error.path === "string") return `${error.path}: `;
  return "port" in error && typeof error.port === "number" ? `port ${error.port}: ` : "";
}
