/** Texts in the form that HomeKit takes. */

/** Room for the longest label behind it, within the 64 characters that HAP gives a name. */
const longestName = 50;

/**
 * A name that begins and ends with a letter or a digit and has nothing but letters, digits, spaces and `'’&!._:;()/,-`
 * between (hap-nodejs, checkName). Names that leave too little are given "Charger" in front.
 */
export function homeName(name: string): string {
  const allowed = name.replace(/[^\p{L}\p{N}\u2019'&!._:;()/,-]+/gu, " ");
  const trimmed = trim([...trim(allowed)].slice(0, longestName).join(""));
  return [...trimmed].length < 2 ? `Charger ${trimmed}`.trim() : trimmed;
}

function trim(name: string): string {
  return name.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

/** Model and serial number: HAP refuses texts of one character, and cuts those beyond 64. */
export function identityText(text: string, otherwise: string): string {
  const trimmed = text.trim();
  return (trimmed.length > 1 ? trimmed : `${otherwise} ${trimmed}`.trim()).slice(0, 64);
}

/** x, x.y or x.y.z, as HAP wants it; "0.0.0", HAP-NodeJS' own default, for everything else. */
export function firmwareRevision(firmware: string): string {
  const parts = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?$/i.exec(firmware.trim());
  if (parts === null) return "0.0.0";
  return parts
    .slice(1)
    .filter((part) => part !== undefined)
    .map((part) => Number(part))
    .join(".");
}
