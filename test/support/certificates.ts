/** Certificates of 127.0.0.1 for tests only: all use the key below. */

import { getCACertificates, setDefaultCACertificates } from "node:tls";

const key = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIHCF2blQQN+xKQq33/Ll3pjCNMSFzc7dU8wfry9AsmkpoAoGCCqGSM49
AwEHoUQDQgAEbBxbgPra+AuwyqJYHUG45j0cg3SVMmxKDAS2aeCov464j6p+ZPbE
ns5Sc8TnSZOw1vWHPVq6dvmc/gMmU7dssg==
-----END EC PRIVATE KEY-----`;

/** The authority that has signed them. */
const authority = `-----BEGIN CERTIFICATE-----
MIIBZTCCAQugAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IGF1
dGhvcml0eTAgFw03MDAxMDIwMDAwMDBaGA8yMTkwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOVGVzdCBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR6
/FU8aanUcxntdpBA274xSgpiDqvp60w/54zkvXnhZNg2FdV5lRvLfjOiEVbRo2GQ
GDgsP2IEIufaJbYQFQ3So0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQE
AwICBDAdBgNVHQ4EFgQUqXarrD5K7/H432WadGJgfRl2f2AwCgYIKoZIzj0EAwID
SAAwRQIgfVX2QDVi6fBZj5GsskDhUE/jRpT8xe14mqC/LbpnySoCIQCwr9arqzoC
r8avWGimbh/JSIybXZXAeMu5Vo5nMHPITA==
-----END CERTIFICATE-----`;

const certificates = {
  /** Until 2189. */
  valid: `-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIBAjAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IGF1
dGhvcml0eTAgFw0wMDAxMDEwMDAwMDBaGA8yMTg5MDEwMTAwMDAwMFowFDESMBAG
A1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbBxbgPra
+AuwyqJYHUG45j0cg3SVMmxKDAS2aeCov464j6p+ZPbEns5Sc8TnSZOw1vWHPVq6
dvmc/gMmU7dssqNTMFEwDwYDVR0RBAgwBocEfwAAATAdBgNVHQ4EFgQUxX8CsEq6
seMNVs+H25j1W6XmsZ4wHwYDVR0jBBgwFoAUqXarrD5K7/H432WadGJgfRl2f2Aw
CgYIKoZIzj0EAwIDSQAwRgIhAJT0B/C5nUEGtzkBt7CUlsdB0nos+ZO7euEtXJ3v
5w47AiEAq23DlMdBNFPkqQUEmLGPrgEdM8GyKn0DgbLO1/gE/Qo=
-----END CERTIFICATE-----`,
  /** From 2100 on: not valid yet, as for a computer whose clock is far behind. */
  early: `-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIBAzAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IGF1
dGhvcml0eTAiGA8yMTAwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAUMRIw
EAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARsHFuA
+tr4C7DKolgdQbjmPRyDdJUybEoMBLZp4Ki/jriPqn5k9sSezlJzxOdJk7DW9Yc9
Wrp2+Zz+AyZTt2yyo1MwUTAPBgNVHREECDAGhwR/AAABMB0GA1UdDgQWBBTFfwKw
Srqx4w1Wz4fbmPVbpeaxnjAfBgNVHSMEGDAWgBSpdqusPkrv8fjfZZp0YmB9GXZ/
YDAKBggqhkjOPQQDAgNIADBFAiEAjkEzhfFJ821S1whFhQWLsbiCfO2OiAjjt6GS
Rz0yKDQCIHMsJtsBHGaq2KgXVtgS11wgEiG3+1Uek5WR/pT3UL6k
-----END CERTIFICATE-----`,
  /** Until 2001. */
  expired: `-----BEGIN CERTIFICATE-----
MIIBcDCCARWgAwIBAgIBBDAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IGF1
dGhvcml0eTAeFw0wMDAxMDEwMDAwMDBaFw0wMTAxMDEwMDAwMDBaMBQxEjAQBgNV
BAMMCTEyNy4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGwcW4D62vgL
sMqiWB1BuOY9HIN0lTJsSgwEtmngqL+OuI+qfmT2xJ7OUnPE50mTsNb1hz1aunb5
nP4DJlO3bLKjUzBRMA8GA1UdEQQIMAaHBH8AAAEwHQYDVR0OBBYEFMV/ArBKurHj
DVbPh9uY9Vul5rGeMB8GA1UdIwQYMBaAFKl2q6w+Su/x+N9lmnRiYH0Zdn9gMAoG
CCqGSM49BAMCA0kAMEYCIQCEZ0O6JXNvVqqbR8dcHbWjeS61q6t0CEVSP67R5bGF
8QIhAP2GhEy0MXK1hI8wLQvsLAT5MjWDKZqmlAA+a0PuUuHy
-----END CERTIFICATE-----`,
  /** Self-signed. */
  selfSigned: `-----BEGIN CERTIFICATE-----
MIIBXjCCAQSgAwIBAgIUP44xkCC6QCHGOnbyFPx3owl6SUYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTEyNTMzNVoYDzIxMjYxMDI4
MTI1MzM1WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARsHFuA+tr4C7DKolgdQbjmPRyDdJUybEoMBLZp4Ki/jriPqn5k9sSe
zlJzxOdJk7DW9Yc9Wrp2+Zz+AyZTt2yyozIwMDAPBgNVHREECDAGhwR/AAABMB0G
A1UdDgQWBBTFfwKwSrqx4w1Wz4fbmPVbpeaxnjAKBggqhkjOPQQDAgNIADBFAiBR
NLXsSrOu+GMd+UTy0QX6ZSx6mSnYzNDA66+/lHf0uwIhAMUNUnyzidDXKithF96q
2iBOXxjlgOuwSWHBQ/K10Gj3
-----END CERTIFICATE-----`,
} as const;

export type CertificateName = keyof typeof certificates;

/** Key and certificate of a server. */
export function identityOf(name: CertificateName): { readonly key: string; readonly cert: string } {
  return { key, cert: certificates[name] };
}

/** Makes this process trust the authority. @returns undoes it */
export function trustAuthority(): () => void {
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, authority]);
  return () => setDefaultCACertificates(before);
}
