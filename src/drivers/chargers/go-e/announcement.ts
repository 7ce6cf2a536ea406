/** How go-e chargers announce themselves: go-e's developers in go-eCharger-API-v2, issue 108; `http` before that. */

import { type Announcement, nameWith } from "../../discovery.js";

export const announcement: Announcement = {
  types: ["go-e_go-eCharger", "go-e_go-eCharger_V4", "go-eCharger"],
  sharedTypeName: /^go-?e-?charger/i,
  port: 80,
  identify({ type, name, txt }) {
    const serial = /^\d{6,16}$/.exec(txt.get("serial") ?? "")?.[0] ?? /(?<!\d)\d{6,16}(?!\d)/.exec(name)?.[0];
    const options = {
      ...(type === "http" ? {} : { apiVersion: 2 }),
      ...(serial === undefined ? {} : { serial }),
    };
    return { what: "go-e charger", name: nameWith("go-e", serial), options };
  },
};
