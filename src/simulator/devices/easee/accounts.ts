/** Who may use the virtual Easee cloud: one account, and tokens that end. */

import { randomUUID } from "node:crypto";

export interface AccountOptions {
  readonly username: string;
  readonly password: string;
  /** s that an access token holds. */
  readonly tokenLife: number;
}

export class EaseeAccounts {
  username: string;
  password: string;
  tokenLife: number;
  logins = 0;
  refusedLogins = 0;
  refreshes = 0;

  private access: { readonly token: string; readonly until: number } | null = null;
  private refresh: string | null = null;

  constructor({ username, password, tokenLife }: AccountOptions) {
    this.username = username;
    this.password = password;
    this.tokenLife = tokenLife;
  }

  /** @returns status and answer */
  login(body: ReadonlyMap<string, unknown>, now: number): readonly [number, object] {
    if (body.get("userName") !== this.username || body.get("password") !== this.password) {
      this.refusedLogins += 1;
      return [400, { errorCode: 100, errorCodeName: "InvalidUserPassword", detail: "Invalid user name or password" }];
    }
    this.logins += 1;
    return [200, this.issue(now)];
  }

  /** @returns status and answer */
  renew(body: ReadonlyMap<string, unknown>, now: number): readonly [number, object] {
    if (this.refresh === null || body.get("refreshToken") !== this.refresh)
      return [401, { errorCode: 104, errorCodeName: "InvalidRefreshToken" }];
    this.refreshes += 1;
    return [200, this.issue(now)];
  }

  admits(authorization: string | undefined, now: number): boolean {
    return this.access !== null && now < this.access.until && authorization === `Bearer ${this.access.token}`;
  }

  /** The access token no longer holds, whatever was said of its end. */
  expire(): void {
    this.access = null;
  }

  /** Nothing that was given out holds any more. */
  revoke(): void {
    this.access = null;
    this.refresh = null;
  }

  private issue(now: number): object {
    this.access = { token: `access-${randomUUID()}`, until: now + this.tokenLife * 1_000 };
    this.refresh = `refresh-${randomUUID()}`;
    return {
      accessToken: this.access.token,
      expiresIn: this.tokenLife,
      accessClaims: ["User"],
      tokenType: "Bearer",
      refreshToken: this.refresh,
    };
  }
}
