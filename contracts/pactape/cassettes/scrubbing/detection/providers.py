"""The forms of providers' tokens, as data: secrets that are recognized without a name.

Each form has an example that it matches and one that it doesn't match, in which `{hex32}` stands for 32 hexadecimal
digits, `{b62:20}` for 20 letters and digits, `{b64:20}` for 20 characters of base64url, `{up:16}` for 16 capitals
and digits and `{dig:10}` for 10 digits.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pactape.patterns import compile_when_used

__all__ = ["FORMS", "START", "ProviderForm", "expand_example"]

#: No character of a token stands before it, except at the end of an escape: "\n", "%20", "\u003d".
START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_B62 = "[A-Za-z0-9]"
_B64 = r"[\w-]"
_HEX = "[0-9a-f]"


class ProviderForm(NamedTuple):
    """A form of secrets.

    Attributes:
        kind: What it is, for reports.
        form: Matches it; the group "secret" is replaced, or the whole match if there is no such group.
        marks: Texts one of which is in every match, so that most texts are skipped quickly.
        example: One that matches, see the module.
        counterexample: One that looks similar and does not match.
        checked: Whether a match is a secret only if it looks random, because words may have this form.
        starts: Whether each match starts with one of the marks.
    """

    kind: str
    form: re.Pattern[str]
    marks: tuple[str, ...]
    example: str
    counterexample: str
    checked: bool = False
    starts: bool = True


def _form(
    kind: str,
    form: str,
    marks: str,
    example: str,
    counterexample: str,
    *,
    checked: bool = False,
    starts: bool = True,
) -> ProviderForm:
    whole = compile_when_used(f"{START}(?:{form})" if starts else START + form)
    return ProviderForm(kind, whole, tuple(marks.split()), example, counterexample, checked, starts)


def _in_path(
    kind: str, form: str, marks: str, example: str, counterexample: str, *, starts: bool = True
) -> ProviderForm:
    """A form of URLs with the secret in the path."""
    whole = compile_when_used(form)
    return ProviderForm(kind, whole, tuple(marks.split()), example, counterexample, starts=starts)


_CODE_HOSTING = (
    _form(
        "GitHub token",
        rf"gh[pousr]_{_B62}{{36,255}}",
        "ghp_ gho_ ghu_ ghs_ ghr_",
        "ghp_{b62:36}",
        "ghp_{b62:12}",
    ),
    _form(
        "GitHub token",
        r"github_pat_\w{22,255}",
        "github_pat_",
        "github_pat_{b62:22}_{b62:59}",
        "github_pat_x",
    ),
    _form("GitHub Actions token", r"v1\.[0-9a-f]{40}(?![0-9a-f])", "v1.", "v1.{hex40}", "v1.{hex39}"),
    _form(
        "GitLab token",
        rf"gl(?:pat|dt|ptt|rt|cbt|oas|ft|imt|agent|soat|ffct)-{_B64}{{20,300}}",
        "glpat- gldt- glptt- glrt- glcbt- gloas- glft- glimt- glagent- glsoat- glffct-",
        "glpat-{b64:20}",
        "glpat-{b62:7}",
    ),
    _form(
        "GitLab runner token", rf"GR1348941{_B64}{{20}}", "GR1348941", "GR1348941{b64:20}", "GR1348941{b62:5}"
    ),
    _form(
        "Bitbucket token",
        rf"ATBB{_B62}{{28,40}}",
        "ATBB",
        "ATBB{b62:24}{hex8}",
        "ATBB{b62:6}",
    ),
    _form("Bitbucket token", rf"BBDC-{_B62}{{44}}", "BBDC-", "BBDC-{b62:44}", "BBDC-{b62:12}"),
    _form(
        "Atlassian token",
        r"ATATT3[\w=-]{40,300}",
        "ATATT3",
        "ATATT3{b64:180}",
        "ATATT3{b62:9}",
    ),
    _form("Atlassian token", rf"ATCTT3{_B64}{{40,300}}", "ATCTT3", "ATCTT3{b64:180}", "ATCTT3{b62:9}"),
    _form(
        "Sourcegraph token",
        rf"sgp_(?:[0-9a-f]{{16}}_|local_)?{_HEX}{{40}}",
        "sgp_",
        "sgp_{hex40}",
        "sgp_{hex12}",
    ),
    _form(
        "npm token",
        rf"npm_{_B62}{{36}}",
        "npm_",
        "npm_{b62:36}",
        "npm_config_registry_and_other_settings_of_it",
    ),
    _form(
        "PyPI token",
        rf"pypi-AgE{_B64}{{50,1000}}",
        "pypi-AgE",
        "pypi-AgEIcHlwaS5vcmc{b64:80}",
        "pypi-AgE{b62:9}",
    ),
    _form(
        "PyPI token",
        rf"pypi-{_B64}{{40,1000}}",
        "pypi-",
        "pypi-{b62:60}",
        "pypi-a-package-whose-name-is-very-long-indeed-truly",
        checked=True,
    ),
    _form("RubyGems token", rf"rubygems_{_HEX}{{48}}", "rubygems_", "rubygems_{hex48}", "rubygems_{hex12}"),
    _form(
        "crates.io token", rf"cio{_B62}{{32}}(?!{_B62})", "cio", "cio{b62:32}", "cio{b62:30}", checked=True
    ),
    _form("Clojars token", rf"CLOJARS_{_B62}{{60}}", "CLOJARS_", "CLOJARS_{b62:60}", "CLOJARS_{b62:20}"),
    _form("NuGet key", r"oy2[a-z0-9]{43}(?![a-z0-9])", "oy2", "oy2{low:43}", "oy2{low:20}"),
    _form(
        "Docker Hub token",
        rf"dckr_(?:pat|oat)_{_B64}{{27,64}}",
        "dckr_",
        "dckr_pat_{b64:27}",
        "dckr_pat_{b62:9}",
    ),
    _form("JFrog token", rf"AKCp{_B62}{{69,80}}", "AKCp", "AKCp{b62:69}", "AKCp{b62:20}"),
    _form(
        "JFrog reference token", rf"cmVmdGtu{_B62}{{56}}", "cmVmdGtu", "cmVmdGtu{b62:56}", "cmVmdGtu{b62:9}"
    ),
    _form("SonarQube token", rf"sq[uap]_{_HEX}{{40}}", "squ_ sqa_ sqp_", "squ_{hex40}", "squ_{hex12}"),
    _form(
        "CircleCI token",
        rf"CCI(?:PAT|PRJ)_{_B62}{{20,24}}_{_HEX}{{40}}",
        "CCIPAT_ CCIPRJ_",
        "CCIPAT_{b62:22}_{hex40}",
        "CCIPAT_{b62:9}",
    ),
    _form(
        "Buildkite token",
        rf"bk(?:ua|at|ct)_{_HEX}{{40}}",
        "bkua_ bkat_ bkct_",
        "bkua_{hex40}",
        "bkua_{hex12}",
    ),
    _form(
        "Snyk token", r"snyk_(?:uat|sat)\.[\w.-]{30,300}", "snyk_", "snyk_uat.{hex8}.{b64:80}", "snyk_uat.x"
    ),
)

_CLOUDS = (
    _form(
        "AWS access key",
        r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])",
        "AKIA ASIA ABIA ACCA",
        "AKIA{b32:16}",
        "AKIA{b32:9}",
    ),
    _form(
        "AWS access key", r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])", "AKIA ASIA", "ASIA{up:16}", "ASIA{up:9}"
    ),
    _form("AWS Bedrock key", r"ABSK[A-Za-z0-9+/]{100,269}={0,2}", "ABSK", "ABSK{b62:110}", "ABSK{b62:20}"),
    _form("Google key", rf"AIza{_B64}{{35}}", "AIza", "AIza{b64:35}", "AIza{b62:12}"),
    _form("Google client secret", rf"GOCSPX-{_B64}{{20,40}}", "GOCSPX-", "GOCSPX-{b64:28}", "GOCSPX-{b62:9}"),
    _form("Google token", rf"ya29\.{_B64}{{20,1024}}", "ya29.", "ya29.{b64:60}", "ya29.short"),
    _form("Google refresh token", rf"1//0{_B64}{{40,512}}", "1//0", "1//0{b64:90}", "1//0{b62:9}"),
    _form(
        "Firebase token",
        rf"{_B64}{{20,24}}:APA91b{_B64}{{120,180}}",
        ":APA91b",
        "{b62:22}:APA91b{b64:134}",
        "{b62:22}:APA91b{b62:9}",
        starts=False,
    ),
    _form(
        "Azure storage key",
        r"(?:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{40,88}={0,2})",
        "AccountKey= SharedAccessKey=",
        "AccountKey={b62:86}==",
        "AccountKey=short",
    ),
    _form(
        "Azure client secret",
        r"[\w~.-]{3}\dQ~[\w~.-]{31,34}",
        "Q~",
        "{b62:3}8Q~{b62:34}",
        "a8Q~short",
        starts=False,
    ),
    _form(
        "Azure DevOps token",
        r"[a-zA-Z0-9]{76}AZDO[a-zA-Z0-9]{4}",
        "AZDO",
        "{b62:76}AZDO{b62:4}",
        "AZDO{b62:4}",
        starts=False,
    ),
    _form("Alibaba key", rf"LTAI{_B62}{{12,20}}(?!{_B62})", "LTAI", "LTAI{b62:20}", "LTAI{b62:5}"),
    _form("Tencent key", rf"AKID{_B62}{{32}}", "AKID", "AKID{b62:32}", "AKID{b62:9}"),
    _form("Yandex key", rf"AQVN{_B64}{{35,38}}", "AQVN", "AQVN{b64:36}", "AQVN{b62:9}"),
    _form("Yandex token", rf"y0_A{_B64}{{50,60}}", "y0_A", "y0_A{b64:55}", "y0_A{b62:9}"),
    _form(
        "DigitalOcean token",
        rf"do[oprt]_v1_{_HEX}{{64}}",
        "_v1_",
        "dop_v1_{hex64}",
        "dop_v1_{hex12}",
        starts=False,
    ),
    _form("Heroku key", rf"HRKU-{_B64}{{36,64}}", "HRKU-", "HRKU-{uuid}", "HRKU-{b62:9}"),
    _form(
        "Fly.io token",
        r"fm[12]r?_[A-Za-z0-9+/]{60,1000}={0,2}",
        "fm1_ fm1r_ fm2_",
        "fm2_{b62:100}",
        "fm2_{b62:9}",
    ),
    _form("Fly.io token", rf"fo1_{_B64}{{43}}", "fo1_", "fo1_{b64:43}", "fo1_{b62:9}"),
    _form(
        "Cloudflare key",
        rf"v1\.0-{_HEX}{{24}}-{_HEX}{{146}}",
        "v1.0-",
        "v1.0-{hex24}-{hex146}",
        "v1.0-{hex24}",
    ),
    _form(
        "Vercel token",
        rf"vc[piark]_{_B62}{{20,60}}",
        "vcp_ vci_ vca_ vcr_ vck_",
        "vcp_{b62:24}",
        "vcp_{b62:5}",
        checked=True,
    ),
    _form(
        "Netlify token", rf"nf[pcoub]_{_B62}{{36}}", "nfp_ nfc_ nfo_ nfu_ nfb_", "nfp_{b62:36}", "nfp_{b62:9}"
    ),
    _form("Render key", rf"rnd_{_B62}{{28,40}}", "rnd_", "rnd_{b62:32}", "rnd_{b62:9}"),
    _form("Scaleway key", r"SCW[A-Z0-9]{17}(?![A-Z0-9])", "SCW", "SCW{up:17}", "SCW{up:9}"),
    _form(
        "Tailscale key",
        rf"tskey-(?:api|auth|client|scim|webhook|reusable)?-?{_B62}{{10,30}}-{_B62}{{20,40}}",
        "tskey-",
        "tskey-auth-{b62:17}-{b62:32}",
        "tskey-auth-x",
    ),
)

_INFRASTRUCTURE = (
    _form(
        "PASETO",
        rf"v[1-4]\.(?:local|public)\.{_B64}{{40,2000}}",
        "v1. v2. v3. v4.",
        "v2.local.{b64:64}",
        "v2.local.x",
    ),
    _form("Databricks token", rf"dapi{_HEX}{{32}}(?:-\d)?", "dapi", "dapi{hex32}", "dapi{hex12}"),
    _form("Vault token", rf"hv[sbr]\.{_B64}{{24,300}}", "hvs. hvb. hvr.", "hvs.{b64:95}", "hvs.{b62:9}"),
    _form("Vault token", rf"[sb]\.{_B62}{{24}}(?!{_B62})", "s. b.", "s.{b62:24}", "s.{b62:9}", checked=True),
    _form(
        "Terraform Cloud token",
        rf"{_B62}{{14}}\.atlasv1\.[\w=-]{{60,70}}",
        ".atlasv1.",
        "{b62:14}.atlasv1.{b64:67}",
        "{b62:14}.atlasv1.x",
        starts=False,
    ),
    _form("Pulumi token", rf"pul-{_HEX}{{40}}", "pul-", "pul-{hex40}", "pul-{hex12}"),
    _form(
        "Doppler token",
        rf"dp\.(?:pt|st|sa|scim|audit|ct)\.(?:[\w-]{{1,32}}\.)?{_B62}{{40,44}}",
        "dp.pt. dp.st. dp.sa. dp.scim. dp.audit. dp.ct.",
        "dp.pt.{b62:43}",
        "dp.pt.{b62:9}",
    ),
    _form(
        "Infisical token",
        rf"st\.{_HEX}{{24}}\.{_HEX}{{32}}\.{_HEX}{{32}}",
        "st.",
        "st.{hex24}.{hex32}.{hex32}",
        "st.{hex24}",
    ),
    _form(
        "1Password token",
        rf"ops_eyJ{_B64}{{200,2000}}={{0,2}}",
        "ops_eyJ",
        "ops_eyJ{b64:250}",
        "ops_eyJ{b62:9}",
    ),
    _form(
        "Fly.io token", r"fm[12][ar]?_[A-Za-z0-9+/_-]{60,4000}={0,2}", "fm", "fm2_{b62:120}", "fm2_{b62:12}"
    ),
    _form("Elastic Cloud key", r"essu_[A-Za-z0-9+/]{40,200}={0,2}", "essu_", "essu_{b62:60}", "essu_{b62:9}"),
    _form(
        "Yandex Cloud token",
        rf"t1\.{_B64}{{20,400}}={{0,2}}\.{_B64}{{86}}={{0,2}}",
        "t1.",
        "t1.{b64:80}.{b64:86}",
        "t1.{b64:12}.{b64:6}",
    ),
    _form(
        "1Password secret key",
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
        "A3-",
        "A3-{up:6}-{up:6}-{up:5}-{up:5}-{up:5}-{up:5}",
        "A3-{up:6}",
    ),
    _form(
        "age secret key",
        r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
        "AGE-SECRET-KEY-1",
        "AGE-SECRET-KEY-1{age:58}",
        "AGE-SECRET-KEY-1X",
    ),
    _form(
        "Kubernetes bootstrap token",
        r"(?<=token[=: ])[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9])",
        "token",
        "token={low:6}.{low:16}",
        "token={low:6}.{low:5}",
        starts=False,
    ),
    _form("OpenShift token", rf"sha256~{_B64}{{43}}", "sha256~", "sha256~{b64:43}", "sha256~{b62:9}"),
    _form(
        "PlanetScale token",
        r"pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}",
        "pscale_",
        "pscale_tkn_{b64:43}",
        "pscale_tkn_{b62:9}",
    ),
    _form(
        "Supabase key",
        rf"sb(?:p_{_HEX}{{40}}|_secret_{_B64}{{20,60}})",
        "sbp_ sb_secret_",
        "sbp_{hex40}",
        "sbp_{hex12}",
    ),
    _form("Prefect token", rf"pn[ub]_{_B62}{{36}}", "pnu_ pnb_", "pnu_{b62:36}", "pnu_{b62:9}"),
    _form(
        "dbt Cloud token",
        rf"dbt[cus]_{_B64}{{40,64}}=*",
        "dbtc_ dbtu_ dbts_",
        "dbtu_{b64:44}",
        "dbtu_{b62:9}",
    ),
    _form(
        "MaxMind key",
        rf"{_B62}{{6}}_{_B62}{{29}}_mmk",
        "_mmk",
        "{b62:6}_{b62:29}_mmk",
        "{b62:6}_mmk",
        starts=False,
    ),
    _form(
        "Private Packagist token",
        rf"packagist_(?:org|orguser|acme)?_?[a-z]{{2,5}}_{_HEX}{{60,70}}",
        "packagist_",
        "packagist_org_ut_{hex68}",
        "packagist_org_ut_x",
    ),
    _form(
        "Ansible vault",
        r"\$ANSIBLE_VAULT;[\d.]+;AES256[\r\n\s]+[0-9a-f\s]{64,4000}",
        "$ANSIBLE_VAULT",
        "$ANSIBLE_VAULT;1.1;AES256\n{hex80}",
        "$ANSIBLE_VAULT;1.1",
    ),
)

_OBSERVING = (
    _form(
        "Grafana token", rf"glsa_{_B62}{{32}}_{_HEX}{{8}}", "glsa_", "glsa_{b62:32}_{hex8}", "glsa_{b62:9}"
    ),
    _form("Grafana Cloud token", r"glc_[A-Za-z0-9+/]{32,400}={0,2}", "glc_", "glc_{b62:90}", "glc_{b62:9}"),
    _form(
        "Grafana key", rf"eyJrIjoi{_B64}{{40,400}}={{0,2}}", "eyJrIjoi", "eyJrIjoi{b62:80}", "eyJrIjoi{b62:9}"
    ),
    _form(
        "Sentry token",
        rf"sntry[us]_(?:{_HEX}{{64}}|eyJ{_B64}{{60,400}}={{0,2}}_?[\w+/-]{{0,60}})",
        "sntryu_ sntrys_",
        "sntryu_{hex64}",
        "sntryu_{hex12}",
    ),
    _in_path(
        "Sentry DSN",
        r"https://(?P<secret>[0-9a-f]{32}(?::[0-9a-f]{32})?)@[\w.-]+/\d+",
        "@",
        "https://{hex32}@o1.ingest.example.com/7",
        "https://{hex12}@o1.ingest.example.com/7",
        starts=False,
    ),
    _form(
        "New Relic key",
        r"NR(?:AK|II|RA|JS|SP|AL|SX)-[\w-]{19,40}",
        "NRAK- NRII- NRRA- NRJS- NRSP-",
        "NRAK-{up:27}",
        "NRAK-{up:5}",
    ),
    _form(
        "New Relic license key",
        rf"{_HEX}{{36}}NRAL|eu01xx{_HEX}{{30,34}}NRAL",
        "NRAL",
        "{hex36}NRAL",
        "{hex12}NRAL",
        starts=False,
    ),
    _form(
        "Dynatrace token",
        r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
        "dt0",
        "dt0c01.{up:24}.{up:64}",
        "dt0c01.{up:24}",
    ),
    _form(
        "Honeycomb key",
        rf"hc[abx]i[kc]_{_B62}{{58,64}}",
        "hcaik_ hcbik_ hcxik_ hcaic_",
        "hcaik_{b62:58}",
        "hcaik_{b62:9}",
    ),
    _form(
        "PagerDuty key",
        r"(?<=Token token=)[\w+-]{20}",
        "Token",
        "Token token={b62:20}",
        "Token token={b62:5}",
        starts=False,
    ),
    _form(
        "LaunchDarkly key",
        r"(?<!\w-)(?:sdk|mob|api)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?!\.?\w)",
        "sdk- mob- api-",
        "api-{uuid}",
        "sdk-{hex12}",
    ),
    _form("PostHog key", rf"ph[cxs]_{_B62}{{32,64}}", "phc_ phx_ phs_", "phx_{b62:43}", "phx_{b62:9}"),
    _form("Segment token", rf"sgp_{_B62}{{64}}", "sgp_", "sgp_{b62:64}", "sgp_{b62:9}"),
)

_MESSAGES = (
    _form(
        "Slack token",
        r"xox[abeoprs](?:\.xox[bp])?-[\w-]{10,250}",
        "xox",
        "xoxb-{dig:11}-{dig:12}-{b62:24}",
        "xoxb-x",
    ),
    _form("Slack cookie", r"xoxd-[\w%+/=-]{30,400}", "xoxd-", "xoxd-{b62:60}%2B{b62:9}%3D", "xoxd-{b62:9}"),
    _form(
        "Slack app token",
        r"xapp-\d-[\w-]{20,150}|xapp-[\w-]{20,150}",
        "xapp-",
        "xapp-1-{up:11}-{dig:13}-{hex64}",
        "xapp-1-x",
    ),
    _in_path(
        "Slack webhook",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{20,150})",
        "hooks.slack",
        "https://hooks.slack.com/services/T{up:8}/B{up:8}/{b62:24}",
        "https://hooks.slack.com/services/x",
    ),
    _in_path(
        "OpenWeather key",
        r"(?i:openweathermap\.org/[^\s\"'<>#]{1,300}[?&]appid=)(?P<secret>[0-9a-f]{32})",
        "openweathermap.org",
        "https://api.openweathermap.org/data/2.5/weather?q=x&appid={hex32}",
        "https://api.openweathermap.org/data/2.5/weather?appid=x",
        starts=False,
    ),
    _in_path(
        "Discord webhook",
        r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(?P<secret>\d{17,20}/[\w-]{60,80})",
        "/webhooks/",
        "https://discord.com/api/webhooks/{dig:18}/{b64:68}",
        "https://discord.com/api/webhooks/{dig:18}",
        starts=False,
    ),
    _form(
        "Discord token",
        rf"[MNO]{_B64}{{23,27}}\.{_B64}{{6,7}}\.{_B64}{{27,45}}(?!{_B64})",
        ".",
        "M{b64:25}.{b64:6}.{b64:38}",
        "M{b64:5}.{b64:6}.{b64:38}",
        checked=True,
        starts=False,
    ),
    _in_path(
        "key of a blockchain's node",
        r"(?:infura\.io/(?:ws/)?v3/|alchemy(?:api)?\.(?:com|io)/(?:nft/)?v\d/|quiknode\.pro/|ankr\.com/\w{2,20}/)"
        r"(?P<secret>[\w-]{32,64})",
        "infura.io/ alchemy.com/ alchemyapi.io/ quiknode.pro/ ankr.com/",
        "https://mainnet.infura.io/v3/{hex32}",
        "https://mainnet.infura.io/v3/{hex12}",
    ),
    _form(
        "bearer token of a web socket",
        r"base64url\.bearer\.authorization\.k8s\.io\.(?P<secret>[\w-]{16,4096})",
        "base64url.bearer.",
        "base64url.bearer.authorization.k8s.io.{b64:40}",
        "base64url.bearer.authorization.k8s.io",
    ),
    _in_path(
        "Teams webhook",
        r"webhook\.office\.com/webhookb2/(?P<secret>[\w@/-]{60,300})",
        "webhook.office.com",
        "https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{hex32}/{uuid}",
        "https://acme.webhook.office.com/webhookb2/x",
    ),
    _in_path(
        "Google Chat webhook",
        r"chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?(?P<secret>key=[\w-]{20,60}&token=[\w%-]{20,80})",
        "chat.googleapis.com",
        "https://chat.googleapis.com/v1/spaces/AAA/messages?key={b64:39}&token={b64:43}",
        "https://chat.googleapis.com/v1/spaces/AAA/messages",
    ),
    _in_path(
        "Telegram token",
        r"(?<!\d)(?P<secret>\d{6,10}:AA[A-Za-z0-9_-]{31,34})(?![\w-])",
        ":AA",
        "bot{dig:9}:AA{b64:33}",
        "{dig:9}:AA{b64:9}",
        starts=False,
    ),
    _in_path(
        "Zapier or IFTTT webhook",
        r"hooks\.zapier\.com/hooks/catch/(?P<secret>\d+/\w+)|maker\.ifttt\.com/trigger/\w+/(?:json/)?with/key/(?P<key>[\w-]+)",
        "hooks.zapier.com maker.ifttt.com",
        "https://hooks.zapier.com/hooks/catch/{dig:7}/{low:7}/",
        "https://hooks.zapier.com/hooks",
    ),
    _form("Twilio key", rf"SK{_HEX}{{32}}(?![0-9a-f])", "SK", "SK{hex32}", "SK{hex12}"),
    _form("SendGrid key", rf"SG\.{_B64}{{16,32}}\.{_B64}{{16,64}}", "SG.", "SG.{b64:22}.{b64:43}", "SG.x.y"),
    _form(
        "Mailgun key",
        rf"(?:key|pubkey)-{_HEX}{{32}}",
        "key-",
        "key-{hex32}",
        "key-{hex12}",
        starts=False,
    ),
    _form(
        "Mailgun key",
        rf"(?<!{_HEX}){_HEX}{{32}}-{_HEX}{{8}}-{_HEX}{{8}}(?![0-9a-f-])",
        "-",
        "{hex32}-{hex8}-{hex8}",
        "{hex32}-{hex4}-{hex8}",
        starts=False,
    ),
    _form(
        "Mailchimp key",
        rf"{_HEX}{{32}}-us\d{{1,2}}(?!\d)",
        "-us",
        "{hex32}-us12",
        "{hex12}-us12",
        starts=False,
    ),
    _form(
        "Brevo key",
        rf"xkeysib-{_HEX}{{64}}-{_B62}{{16}}",
        "xkeysib-",
        "xkeysib-{hex64}-{b62:16}",
        "xkeysib-{hex12}",
    ),
    _form(
        "Resend key",
        rf"re_{_B62}{{8}}_{_B62}{{20,30}}",
        "re_",
        "re_{b62:8}_{b62:24}",
        "re_{b62:8}",
        checked=True,
    ),
    _form("Intercom token", rf"dG9rO{_B62}{{40,80}}={{0,2}}", "dG9rO", "dG9rO{b62:54}=", "dG9rO{b62:9}"),
    _form(
        "OneSignal key",
        rf"os_v2_(?:app|org)_{_B62}{{60,120}}",
        "os_v2_",
        "os_v2_app_{low:103}",
        "os_v2_app_x",
    ),
)

_BUSINESS = (
    _form(
        "Stripe key",
        rf"(?:sk|rk)_(?:live|test|prod)_{_B62}{{10,250}}",
        "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_",
        "sk_live_{b62:24}",
        "sk_live_x",
    ),
    _form("webhook secret", r"whsec_[A-Za-z0-9+/]{16,100}={0,2}", "whsec_", "whsec_{b62:32}", "whsec_x"),
    _form(
        "Square token",
        rf"EAAA{_B64}{{60}}|sq0(?:atp|csp|idp)-{_B64}{{22,43}}",
        "EAAA sq0atp- sq0csp- sq0idp-",
        "sq0atp-{b64:22}",
        "sq0atp-{b62:5}",
    ),
    _form("Facebook token", rf"EAA[A-Z0-9]{_B62}{{60,300}}", "EAA", "EAAC{b62:120}", "EAAC{b62:12}"),
    _form("Instagram token", rf"IG(?:QV|AA){_B64}{{60,300}}", "IGQV IGAA", "IGQV{b64:150}", "IGQV{b62:9}"),
    _form(
        "PayPal token",
        rf"A21AA{_B64}{{60,120}}|access_token\$(?:production|sandbox)\$[0-9a-z]{{16}}\${_HEX}{{32}}",
        "A21AA access_token$",
        "access_token$production${low:16}${hex32}",
        "access_token$production$x",
    ),
    _form(
        "Shopify token",
        r"shp(?:at|ca|pa|ss|rt|tka)_[0-9a-fA-F]{32}",
        "shpat_ shpca_ shppa_ shpss_ shprt_ shptka_",
        "shpat_{hex32}",
        "shpat_{hex12}",
    ),
    _form(
        "Plaid token",
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "access-",
        "access-sandbox-{uuid}",
        "access-sandbox-x",
    ),
    _form(
        "Adyen or Razorpay key",
        rf"AQE[A-Za-z0-9+/]{{20,100}}={{0,2}}-[A-Za-z0-9+/]{{20,100}}[\w+/=-]{{0,100}}|rzp_(?:live|test)_{_B62}{{14,24}}",
        "AQE rzp_live_ rzp_test_",
        "rzp_live_{b62:14}",
        "rzp_live_x",
    ),
    _form(
        "Flutterwave or Paystack key",
        rf"FLWSEC(?:K)?(?:_TEST)?-[A-Za-z0-9-]{{30,50}}|[sp]k_(?:live|test)_{_HEX}{{40}}",
        "FLWSEC sk_live_ sk_test_",
        "FLWSECK_TEST-{hex32}-X",
        "FLWSECK_TEST-x",
    ),
    _form("EasyPost key", rf"EZ[AT]K{_B62}{{54}}", "EZAK EZTK", "EZAK{hex54}", "EZAK{b62:9}"),
    _form(
        "Shippo or Duffel token",
        rf"shippo_(?:live|test)_{_HEX}{{40}}|duffel_(?:live|test)_{_B64}{{43}}",
        "shippo_ duffel_",
        "shippo_live_{hex40}",
        "shippo_live_x",
    ),
    _form(
        "Linear key",
        rf"lin_(?:api|oauth)_{_B62}{{40,64}}",
        "lin_api_ lin_oauth_",
        "lin_api_{b62:40}",
        "lin_api_{b62:9}",
    ),
    _form(
        "Notion token",
        rf"secret_{_B62}{{43}}(?!{_B62})|ntn_{_B62}{{40,60}}",
        "secret_ ntn_",
        "secret_{b62:43}",
        "secret_service_agents_who_guarded_presidents_in_the_1960s",
    ),
    _form(
        "Airtable token",
        rf"pat{_B62}{{14}}\.{_HEX}{{64}}",
        "pat",
        "pat{b62:14}.{hex64}",
        "pat{b62:14}.{hex12}",
    ),
    _form(
        "Asana token",
        r"[012]/\d{13,17}(?:/\d{13,17})?:[0-9a-z]{32}",
        "/",
        "1/{dig:16}:{hex32}",
        "1/{dig:16}",
        starts=False,
    ),
    _form(
        "HubSpot token",
        r"pat-(?:na|eu|ap)\d-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "pat-",
        "pat-na1-{uuid}",
        "pat-na1-x",
    ),
    _form(
        "Salesforce token",
        r"00D[A-Za-z0-9]{12,15}![\w.]{80,120}",
        "!",
        "00D{b62:15}!{b62:96}",
        "00D{b62:15}!x",
        starts=False,
    ),
    _form("Contentful token", rf"CFPAT-{_B64}{{43}}", "CFPAT-", "CFPAT-{b64:43}", "CFPAT-{b62:9}"),
    _form(
        "Figma token",
        rf"fig[dour]_{_B64}{{30,60}}",
        "figd_ figo_ figu_ figr_",
        "figd_{b64:40}",
        "figd_{b62:9}",
    ),
    _form(
        "Mapbox token",
        rf"(?:sk|tk)\.eyJ1Ijoi{_B64}{{20,200}}\.{_B64}{{20,40}}",
        ".eyJ1Ijoi",
        "sk.eyJ1Ijoi{b64:60}.{b64:22}",
        "sk.eyJ1Ijoi",
        starts=False,
    ),
    _form("Postman key", rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}", "PMAK-", "PMAK-{hex24}-{hex34}", "PMAK-{hex24}"),
    _form(
        "ReadMe or Frame.io token",
        rf"rdme_[a-z0-9]{{70}}|fio-u-{_B64}{{64}}",
        "rdme_ fio-u-",
        "rdme_{low:70}",
        "rdme_{low:9}",
    ),
    _form("Typeform token", r"tfp_[\w.=-]{40,60}", "tfp_", "tfp_{b64:59}", "tfp_{b62:9}"),
    _form("Beamer key", rf"b_{_B64}{{44}}(?!{_B64})", "b_", "b_{b62:44}", "b_{b62:9}", checked=True),
    _form("Dropbox token", rf"sl\.(?:u\.)?{_B64}{{100,1300}}", "sl.", "sl.{b64:140}", "sl.{b62:9}"),
    _form(
        "Okta token", rf"(?<=SSWS )00{_B64}{{40}}", "SSWS", "SSWS 00{b62:40}", "SSWS 00{b62:9}", starts=False
    ),
    _form(
        "Lob key",
        rf"(?:live|test)_(?:pub_)?{_HEX}{{35}}(?![0-9a-f])",
        "live_ test_",
        "live_{hex35}",
        "live_{hex12}",
    ),
    _form(
        "Zoho token", rf"1000\.{_HEX}{{32}}\.{_HEX}{{32}}", "1000.", "1000.{hex32}.{hex32}", "1000.{hex12}"
    ),
    _form(
        "X token",
        r"A{21,24}(?!A)[\w%+/=]{60,150}",
        "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAx{b62:30}%3D{b62:50}",
        "AAAAAAAAAAAAAAAAAAAAAA",
    ),
    _form("Wiz token", rf"wiz_{_B62}{{40,64}}", "wiz_", "wiz_{b62:50}", "wiz_{b62:9}"),
)

_LANGUAGE_MODELS = (
    _form(
        "OpenAI or similar key",
        rf"sk-(?:proj|svcacct|admin|ant|or|lf|live|test)-{_B64}{{20,300}}",
        "sk-proj- sk-svcacct- sk-admin- sk-ant- sk-or- sk-lf- sk-live- sk-test-",
        "sk-ant-api03-{b64:90}",
        "sk-ant-x",
    ),
    _form(
        "AI service key",
        rf"sk-{_B64}{{20,300}}",
        "sk-",
        "sk-{b62:48}",
        "sk-fading-circle-loading-indicator",
        checked=True,
    ),
    _form(
        "Hugging Face token", rf"(?:hf|api_org)_{_B62}{{30,60}}", "hf_ api_org_", "hf_{b62:34}", "hf_{b62:9}"
    ),
    _form("Replicate token", rf"r8_{_B62}{{37}}", "r8_", "r8_{b62:37}", "r8_{b62:9}"),
    _form("Groq key", rf"gsk_{_B62}{{52}}", "gsk_", "gsk_{b62:52}", "gsk_{b62:9}"),
    _form("xAI key", rf"xai-{_B62}{{70,90}}", "xai-", "xai-{b62:80}", "xai-{b62:9}"),
    _form("Perplexity key", rf"pplx-{_B62}{{40,56}}", "pplx-", "pplx-{b62:48}", "pplx-{b62:9}"),
    _form(
        "Fireworks, Pinecone or Tavily key",
        rf"fw_{_B62}{{22,30}}|pcsk_{_B64}{{50,90}}|tvly-(?:dev-|prod-)?{_B62}{{30,40}}",
        "fw_ pcsk_ tvly-",
        "pcsk_{b64:70}",
        "pcsk_{b62:9}",
    ),
    _form(
        "Langchain key",
        rf"lsv2_(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{10}}",
        "lsv2_",
        "lsv2_pt_{hex32}_{hex10}",
        "lsv2_pt_x",
    ),
    _form("NVIDIA key", rf"nvapi-{_B64}{{60,70}}", "nvapi-", "nvapi-{b64:64}", "nvapi-{b62:9}"),
    _form("ElevenLabs key", rf"sk_{_HEX}{{48}}(?![0-9a-f])", "sk_", "sk_{hex48}", "sk_{hex12}"),
)

_PASSWORD_HASHES = (
    _form(
        "password hash",
        r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}",
        "$2a$ $2b$ $2x$ $2y$",
        "$2b$12${b62:53}",
        "$2b$12${b62:9}",
    ),
    _form(
        "password hash",
        r"\$argon2(?:id|i|d)\$[\w$,=+/.-]{20,400}",
        "$argon2",
        "$argon2id$v=19$m=65536,t=3,p=4${b62:22}${b62:43}",
        "$argon2",
    ),
    _form(
        "password hash",
        r"(?:pbkdf2_sha(?:1|256|512)|bcrypt_sha256|scrypt|md5)\$[\w$=+/.,-]{20,200}",
        "pbkdf2_sha bcrypt_sha256$ scrypt$ md5$",
        "pbkdf2_sha256$600000${b62:22}${b62:43}=",
        "pbkdf2_sha256$x",
    ),
    _form(
        "password hash",
        r"\$[156]\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}|\{S?SHA\d*\}[A-Za-z0-9+/]{27,100}={0,2}|\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}",
        "$1$ $5$ $6$ {SHA {SSHA $apr1$",
        "$6${b62:16}${b62:86}",
        "$6${b62:16}",
    ),
)

_FURTHER = (
    _form(
        "Mollie, GoCardless or Lob key",
        rf"live_(?:{_B62}{{30,48}}(?!\w)|{_B64}{{40}}(?![\w-]))|test_(?:{_HEX}{{35}}(?!\w)"
        rf"|(?=[^_]{{0,29}}[A-Z])(?=[^_]{{0,29}}[a-z]){_B62}{{30}}(?!\w))",
        "live_ test_",
        "live_{b62:30}",
        "test_{hex32}",
        checked=True,
    ),
    _form("ClickUp token", r"pk_\d{6,12}_[0-9A-Z]{32}", "pk_", "pk_{dig:8}_{up:32}", "pk_{dig:8}_{up:8}"),
    _form("Neon key", r"napi_[a-z0-9]{64}", "napi_", "napi_{hex64}", "napi_{hex12}"),
    _form(
        "Cloudflare token",
        rf"cf(?:ut|at|k)_{_B62}{{40,60}}",
        "cfut_ cfat_ cfk_",
        "cfut_{b62:48}",
        "cfut_{b62:9}",
    ),
    _form(
        "PagerDuty key",
        rf"u\+{_B64}{{18}}(?![\w+/-])",
        "u+",
        "u+{b62:18}",
        "u+{b62:9}",
        checked=True,
    ),
    _form(
        "Weights and Biases key",
        rf"wandb_v1_{_B64}{{40,100}}",
        "wandb_v1_",
        "wandb_v1_{b64:77}",
        "wandb_v1_x",
    ),
    _form(
        "Mapbox token",
        rf"[st]k\.eyJ{_B64}{{40,400}}\.{_B64}{{22}}",
        "sk.eyJ tk.eyJ",
        "sk.eyJ{b62:80}.{b62:22}",
        "sk.eyJ{b62:9}",
    ),
    _form(
        "Onfido key",
        rf"api_(?:live|sandbox)(?:_[a-z]{{2}})?\.{_B64}{{11}}\.{_B64}{{32}}",
        "api_live api_sandbox",
        "api_live.{b62:11}.{b64:32}",
        "api_live.{b62:11}",
    ),
    _form("MailerSend token", rf"mlsn\.{_HEX}{{64}}", "mlsn.", "mlsn.{hex64}", "mlsn.{hex12}"),
    _form(
        "Okta token",
        rf"00(?=[\w-]{{0,39}}[A-Z])(?=[\w-]{{0,39}}[a-z]){_B64}{{40}}(?![\w-])",
        "00",
        "00{b62:40}",
        "00{hex40}",
        checked=True,
    ),
    _form(
        "ngrok token",
        rf"2{_B62}{{26}}_\d{_B62}{{20}}(?!\w)",
        "_",
        "2{b62:26}_5{b62:20}",
        "2{b62:26}_5x",
        starts=False,
    ),
    _form(
        "RapidAPI key",
        rf"{_HEX}{{10}}msh{_HEX}{{15}}p1{_HEX}{{5}}jsn{_HEX}{{12}}",
        "msh",
        "{hex10}msh{hex15}p1{hex5}jsn{hex12}",
        "{hex10}msh{hex15}",
        starts=False,
    ),
    _form(
        "Fernet token",
        rf"gAAAAAB[A-Za-z]{_B64}{{84,400}}={{0,2}}",
        "gAAAAAB",
        "gAAAAABo{b64:92}==",
        "gAAAAABo{b64:40}",
    ),
)

#: All forms, by kind of service.
FORMS: tuple[ProviderForm, ...] = (
    *_CODE_HOSTING,
    *_CLOUDS,
    *_INFRASTRUCTURE,
    *_OBSERVING,
    *_MESSAGES,
    *_BUSINESS,
    *_LANGUAGE_MODELS,
    *_PASSWORD_HASHES,
    *_FURTHER,
)

_ALPHABETS = {
    "hex": "7f3a91c0d5e28b46",
    "b62": "q8Zr1LmX0vTy7PbKw3NdJ5sHc2GfRa9u",
    "b64": "q8Zr1LmX0vTy7PbKw3-Nd_J5sHc2GfRa9u",
    "b32": "Q7ZR2LMX3VTY4PBK",
    "up": "Q8ZR1LMX0VTY7PBK",
    "low": "q8zr1lmx0vty7pbk",
    "age": "Q8ZR9LMX0VTY7PSK",
    "dig": "7391046582",
}


def expand_example(template: str) -> str:
    """Return an example with its digits filled in; they are invented.

    Example:
        >>> expand_example("pul-{hex8}")
        'pul-7f3a91c0'
    """
    return re.sub(r"\{(hex|b62|b64|b32|up|low|age|dig|uuid):?(\d*)\}", _fill, template)


def _fill(match: re.Match[str]) -> str:
    alphabet, size = match.groups()
    if alphabet == "uuid":
        return "7f3a91c0-d5e2-4b46-9f3a-91c0d5e28b46"
    digits = _ALPHABETS[alphabet]
    return (digits * (int(size) // len(digits) + 1))[: int(size)]
