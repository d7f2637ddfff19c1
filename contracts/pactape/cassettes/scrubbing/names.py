"""Names of headers, parameters and fields, and what they say about a value.

A name is taken apart into words first ("dbPwd", "DB-PWD" and "db_pwd" are the same), and its last words decide:
"access_token" is a credential, "access_token_url" is not.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

__all__ = ["NameKind", "classify_name", "name_words"]


class NameKind(Enum):
    """What a name says about its value.

    Attributes:
        HARMLESS: Nothing.
        CREDENTIAL: The value is a secret, whatever it looks like.
        CODE: The value is a secret if it is a short number or looks random: PINs, one-time codes.
        CONNECTION: The value has a structure that holds a secret, or is one.
        TOKEN: The value is a secret if it looks random; as a parameter or a header always.
        SIGNATURE: As TOKEN, but in a body only beside what belongs to a signed request.
        SUSPICIOUS: The value is a secret if it looks random.
    """

    HARMLESS = 0
    CREDENTIAL = 1
    CODE = 2
    CONNECTION = 3
    TOKEN = 4
    SIGNATURE = 5
    SUSPICIOUS = 6


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Passwords, in the languages in which APIs name them.
_PASSWORDS = _words(
    "password passwords passwd passwds pass passphrase passphrases passcode passcodes passwort kennwort pwd pwds pw "
    "pswd psw passw contrasena contraseña motdepasse mdp senha wachtwoord lozinka parool"
)
#: Words that make a credential of the name that they end.
_SECRETS = _words("secret secrets privkey seckey apikey apikeys authkey appkey accesskey secretkey apitok apisecret")
#: What stands before "key" in the name of a credential.
_KEY_OWNERS = _words(
    "access account admin api app application auth authentication authorization bot client consumer customer data "
    "decryption deploy developer encryption function functions hmac host integration licence license master merchant "
    "partner personal private product publisher rest root sas secret security server service session shared signing "
    "ssh storage subscription token user vault webhook write wrapping x cipher aes rsa ec ed25519 tls ssl"
)
#: What stands before "key" and makes an identifier of it.
_PUBLIC_KEYS = _words(
    "public publishable primary foreign partition sort range hash cache object idempotency issue project parent "
    "translation i18n registry hot short row index group routing lookup dedup deduplication candidate natural "
    "composite unique cluster clustering shard sharding map dict json attribute column field locale message label "
    "state event query react host_public verification verify"
)
#: What stands before "token" in the name of a credential.
_TOKEN_OWNERS = _words(
    "access account actor admin api app application auth authenticity authentication authorization bearer bot client "
    "consumer csrf deploy device firebase fcm push github gitlab id identity install installation invite invitation "
    "job jwt login magic mfa middleware oauth oauth2 otp page_access personal private project push refresh registration "
    "reset root runner saml secret security service session shared signed slack sso stream subject sudo telegram trigger "
    "unsubscribe upload user vault verification verifytoken web webhook xsrf impersonation temporary temp deploytoken "
    "password email confirmation activation recovery remember rememberme single signon ephemeral chat download share "
    "request"
)
#: What stands before "token" where it isn't a credential: cursors, tokenizers, currencies, locks, styles.
_PUBLIC_TOKENS = _words(
    # cursors through a list
    "next nextpage prev previous page paging pager pagination continuation continue resume resumption scroll skip "
    "delta sync change changes cursor start starting end ending after before more offset position marker iterator "
    "list listing query search batch checkpoint last first results result bookmark "
    # tokenizers and language models
    "eos bos pad unk sep cls mask stop special newline prompt completion max min total cached reasoning "
    "prefix suffix middle image audio text word sub subword vocab vocabulary added additional decoder encoder forced "
    "suppress begin generation speech think thinking tool function assistant system lexer syntax symbol lemma "
    # currencies and contracts on blockchains
    "from to in out input output base quote sell buy native wrapped governance reward staking lp pool gas fee erc20 "
    "erc721 nft collateral debt underlying asset src dst source destination "
    # locks, styles, assemblies
    "fencing lock lease cancellation design color colour theme style font spacing public change version etag "
    "idempotency row concurrency file path"
)
#: Session identifiers as web servers and frameworks call them, without separators.
_SESSIONS = _words(
    "sid ssid sessionid sessid phpsessid jsessionid aspsessionid aspnetsessionid connectsid sessionkey sessiontoken "
    "sessiontok jsession cfid cftoken beakersessionid laravelsession railssession cisessions zmauthtoken sessionhandle"
)
#: Names of credentials that end in another word, without separators.
_CREDENTIALS = _words(
    # HTTP and proxies
    "authorization proxyauthorization xauthorization xforwardedauthorization xauth xamzsecuritytoken "
    # OAuth, OpenID Connect, SAML, CAS
    "assertion clientassertion codeverifier authcode authorizationcode devicecode usercode oauthverifier samlresponse "
    "samlrequest samlart samlassertion idtokenhint loginticket logintoken serviceticket "
    # cloud providers
    "accesskeyid awsaccesskeyid xamzcredential xgoogcredential xamzsignature xgoogsignature accountkey primarykey1 "
    "secretaccesskey storageaccountkey secretstring secretbinary secretid sas sastoken sharedaccesskey "
    "sharedaccesssignature instrumentationkey functionskey xfunctionskey ocpapimsubscriptionkey "
    # certificates and configurations
    "clientkeydata tlskey sslkey sslkeypem privatekeypem privatekeydata keypem pkcs12 pfx keystorepass truststorepass "
    "htpasswd netrc dockerconfigjson dockercfg kubeconfig pgpass "
    # Basic and digest authentication, WS-Security
    "passworddigest passwdhash bcrypt ha1 binarysecuritytoken usertoken "
    # products whose header or parameter has a name of its own
    "userkey apitok xkey xrapidapikey rapidapikey ddapikey ddapplicationkey hapikey authkey xauthkey xauthemailkey "
    "circletoken gitlabtoken privatetoken jobtoken vaulttoken xvaulttoken cbaccesspassphrase cbaccesssign cbaccesskey "
    "okaccesspassphrase okaccesssign okaccesskey kcapipassphrase kcapisign kcapikey apisign apikey2 xmbxapikey "
    "xgithubotp xotp authenticitytoken csrfmiddlewaretoken csrf xsrf xcsrf csrftoken xsrftoken requestverificationtoken "
    "viewstatekey mnemonic mnemonicphrase seedphrase recoveryphrase recoverykey walletseed seedhex otpseed totpseed "
    "totpsecret jwt bearer sharedsecret webhooksecret hmackey dsnsecret encryptedpassword cookiesecret "
    "basicauth httpauth credential"
)
#: One-time codes, PINs and what is printed on a card, without separators.
_CODES = _words(
    "pin pincode pinnumber newpin oldpin cvv cvv2 cvc cvc2 csc cid cvn cav2 cardcode cardcvc cardcvv securitycode "
    "cardsecuritycode verificationcode verifycode confirmationcode otp otpcode totp totpcode hotp mfa mfacode "
    "mfatoken twofactorcode twofactorauthcode 2facode tfacode smscode onetimecode onetimepassword onetimepasscode "
    "recoverycode recoverycodes backupcode backupcodes scratchcode scratchcodes logincode authenticatorcode "
    "activationcode invitecode resetcode accesscode unlockcode puk passkeycode signincode challengecode"
)
#: Connection strings.
_CONNECTIONS = _words("connectionstring connectionstrings connstring connstr dsn sentrydsn databaseurl jdbcurl sasurl sasuri")
_SIGNATURES = _words("signature signatures sig sign hmac apisignature apisig requestsignature oauthsignature hubsignature")
#: Words at the end that say what kind of thing the words before them name.
_CONTENT_ENDINGS = _words(
    "value values data string text plain plaintext raw encrypted base64 b64 hex pem hash hashed digest salt confirmation "
    "confirm confirmed repeat repeated again new old current verify verification content bytes encoded decrypted "
    "input field param parameter header"
)
#: Words somewhere in a name that make a random value a secret.
_SUSPICIOUS = _words(
    "secret secrets token tokens password passwords passwd credential credentials auth oauth authentication session "
    "sessions signature hmac key keys ticket cookie nonce private apikey jwt bearer otp seed salt license licence cert "
    "webhook pass pwd secure security saml assertion authorization"
)
#: Words at the end that name something about a credential, and not the credential.
_ABOUT_ENDINGS = _words(
    "type types id ids url urls uri uris link at on by expires expiry expiration expire expiresin expiresat ttl lifetime age "
    "count counts limit limits length size total used usage remaining reset quota max min name names title endpoint "
    "endpoints method methods mode modes scope scopes status state version versions algorithm algorithms alg author "
    "authors policy policies enabled disabled required supported support present valid active exists time date "
    "timestamp created updated modified issued description label hint help message error errors prefix last4 "
    "fingerprint thumbprint arn path file filename format rule rules strength level location position index "
    "config configuration settings options option provider providers domain realm issuer audience host hostname "
    "email user username owner role roles group groups permission permissions symbol decimals address mint contract "
    "amount balance price chain network pair holder supply logo rate cost budget window offset cursor seconds minutes "
    "code codes class css flair color colour field fields model ref number no num"
)
_PREFIXES_ABOUT = _words("has is was can should must show hide use uses allow allows requires enable disable need needs public publishable")
_NUMBERED = re.compile(r"[-_.\s]*\d{1,3}$")
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-_.\s\[\]:/$@]+")
_GLUED_PASSWORD = re.compile(r"(?:password|passwd|passphrase|passwort)$")
_GLUED_KEY = re.compile(
    r"(?:api|access|secret|private|auth|signing|encryption|master|account|shared|subscription|application|consumer|user|"
    r"license|client|service|session|storage|admin)key(?:s|pem|data)?$"
)
_GLUED_TOKEN = re.compile(
    r"(?:access|refresh|auth|api|bearer|session|csrf|xsrf|security|id|device|user|bot|oauth|client|private|reset|"
    r"verification|login|jwt)tok(?:en)?s?$"
)
_GLUED_SECRET = re.compile(r"(?:client|app|api|shared|consumer|webhook|token|oauth|user|account|signing|jwt)secrets?$")
_LONGEST = 96


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case; digits at its end are left out.

    Example:
        >>> name_words("X-Api-Key-2"), name_words("dbPwd"), name_words("AWSAccessKeyId")
        (('x', 'api', 'key'), ('db', 'pwd'), ('aws', 'access', 'key', 'id'))
    """
    words = [word.lower() for word in _BOUNDARY.split(name[-_LONGEST:]) if word]
    while len(words) > 1 and words[-1].isdecimal():
        words.pop()
    return tuple(words)


@lru_cache(maxsize=16384)
def classify_name(name: str) -> NameKind:
    """Return what a name says about its value.

    Example:
        >>> [classify_name(name).name for name in ("DB_PWD", "next_page_token", "author", "cvv2")]
        ['CREDENTIAL', 'HARMLESS', 'HARMLESS', 'CODE']
    """
    words = name_words(name)
    if not words:
        return NameKind.HARMLESS
    plain = "".join(words)
    found = _by_whole(plain) or _by_whole(_NUMBERED.sub("", plain))
    if found is not None:
        return found
    words = (*words[:-1], _NUMBERED.sub("", words[-1]) or words[-1])
    return _by_last_words(words) or _by_any_word(words)


def _by_whole(plain: str) -> NameKind | None:
    """The kind of a name in the tables, also behind "x" (as in X-Auth) and a product's name."""
    for each in (plain, plain.removeprefix("x")):
        if each in _CODES:
            return NameKind.CODE
        if each in _CONNECTIONS:
            return NameKind.CONNECTION
        if each in _SIGNATURES:
            return NameKind.SIGNATURE
        if each in _CREDENTIALS or each in _PASSWORDS or each in _SECRETS:
            return NameKind.CREDENTIAL
        if each in _SESSIONS:
            return NameKind.TOKEN
    return None


def _by_last_words(words: tuple[str, ...]) -> NameKind | None:
    """The kind that the last words say: "key" after "api", "token" after "refresh"."""
    last = words[-1]
    before = words[-2] if len(words) > 1 else ""
    if last in _ABOUT_ENDINGS and not (last in {"id", "code", "codes"} and _names_a_code_or_id(words)):
        return NameKind.HARMLESS
    if last in _CONTENT_ENDINGS and before:
        return _named_content(words[:-1])
    if words[0] in _PREFIXES_ABOUT and last not in _PASSWORDS:
        return NameKind.HARMLESS
    if last in _PASSWORDS:
        return NameKind.CREDENTIAL
    for kind, endings in ((NameKind.CODE, _CODES), (NameKind.CONNECTION, _CONNECTIONS), (NameKind.CREDENTIAL, _CREDENTIALS)):
        if before + last in endings or (len(words) > 2 and words[-3] + before + last in endings):  # noqa: PLR2004
            return kind
    return _by_noun(words, last, before)


def _by_noun(words: tuple[str, ...], last: str, before: str) -> NameKind | None:
    if last in _SECRETS:
        return NameKind.CREDENTIAL
    if last in {"key", "keys"}:
        return _kind_of_key(words, before)
    if last in {"token", "tokens", "tok"}:
        return _kind_of_token(words, before)
    if last in _SESSIONS or before + last in _SESSIONS:
        return NameKind.TOKEN
    if last in _SIGNATURES:
        return NameKind.SIGNATURE
    if last in {"otp", "totp", "cvv", "cvc", "pin", "puk", "csc"}:
        return NameKind.CODE
    if last in {"auth", "credentials", "credential", "ticket", "session"}:
        return NameKind.TOKEN if len(words) == 1 or before == "x" else NameKind.SUSPICIOUS
    return _glued(last)


def _glued(word: str) -> NameKind | None:
    """The kind of words that are written together: "userpassword", "myapikey"."""
    if _GLUED_PASSWORD.search(word) or _GLUED_KEY.search(word) or _GLUED_SECRET.search(word):
        return NameKind.CREDENTIAL
    if _GLUED_TOKEN.search(word):
        return NameKind.CREDENTIAL
    return None


def _kind_of_key(words: tuple[str, ...], before: str) -> NameKind:
    if before in _PUBLIC_KEYS or "public" in words:
        return NameKind.HARMLESS
    return NameKind.CREDENTIAL if before in _KEY_OWNERS and before != "x" else NameKind.SUSPICIOUS


def _kind_of_token(words: tuple[str, ...], before: str) -> NameKind:
    if before in _PUBLIC_TOKENS or "public" in words or (words[0] in _PUBLIC_TOKENS and before not in _TOKEN_OWNERS):
        return NameKind.HARMLESS
    if before in _TOKEN_OWNERS:
        return NameKind.CREDENTIAL
    return NameKind.TOKEN


def _named_content(words: tuple[str, ...]) -> NameKind | None:
    """The kind of "password_value" is that of "password"; of a harmless name nothing follows."""
    kind = _by_whole("".join(words)) or _by_last_words(words)
    return kind if kind in {NameKind.CREDENTIAL, NameKind.CODE, NameKind.TOKEN} else None


def _names_a_code_or_id(words: tuple[str, ...]) -> bool:
    """Whether the last two words are "session id", "verification code" and the like."""
    ending = "".join(words[-2:])
    longer = "".join(words[-3:])
    return any(each in table for each in (ending, longer) for table in (_CODES, _SESSIONS, _CREDENTIALS))


def _by_any_word(words: tuple[str, ...]) -> NameKind:
    if words[0] in _PREFIXES_ABOUT or words[-1] in _ABOUT_ENDINGS:
        return NameKind.HARMLESS
    if _SUSPICIOUS.isdisjoint(words):
        return NameKind.HARMLESS
    return NameKind.SUSPICIOUS
