"""Tables of the names of credentials in common use, by kind, and of names that only look like one.

Words are in lower case; "without separators" means that "session_id", "sessionId" and "Session-ID" are "sessionid".
"""

from __future__ import annotations

from pactape.cassettes.scrubbing.detection.words import word_set

__all__ = [
    "ABOUT_ENDINGS",
    "CARD_CODES",
    "CODES",
    "CONNECTIONS",
    "CONTENT_ENDINGS",
    "CREDENTIALS",
    "KEY_OWNERS",
    "PARTS",
    "PASSWORDS",
    "PAT_OWNERS",
    "PREFIXES_ABOUT",
    "PUBLIC_KEYS",
    "PUBLIC_TOKENS",
    "SECRETS",
    "SESSIONS",
    "SIGNATURES",
    "SUSPICIOUS",
    "TOKEN_OWNERS",
]

#: Passwords, in the languages in which APIs name them.
PASSWORDS = word_set(
    "password passwords passwd passwds pass passphrase passphrases passcode passcodes passwort kennwort "
    "pwd pwds pw pswd psw passw contrasena contraseña motdepasse mdp senha wachtwoord lozinka parool "
    "hasło haslo heslo parola şifre sifre salasana lösenord losenord adgangskode kodeord passord jelszó "
    "пароль пароля 密码 密碼 パスワード 비밀번호"
)
#: Words at the end of a credential's name.
SECRETS = word_set(
    "secret secrets privkey seckey apikey apikeys authkey appkey accesskey secretkey apitok apisecret"
)
#: Words before "key" in the name of a credential.
KEY_OWNERS = word_set(
    "access account admin api app application auth authentication authorization bot client consumer "
    "customer data decryption deploy developer encryption function functions hmac host integration "
    "licence license master merchant partner personal private product publisher rest root sas secret "
    "security server service session shared signing storage subscription token user vault webhook "
    "write wrapping x cipher aes rsa ec ed25519 tls ssl"
)
#: Words before "key" in the name of an identifier.
PUBLIC_KEYS = word_set(
    "public publishable foreign partition sort range hash cache object idempotency issue project "
    "parent translation i18n registry hot short row index group routing lookup dedup deduplication "
    "start end first last next prev previous evaluated continuation page paging cursor marker issuer subject "
    "authority site sitekey recaptcha hcaptcha captcha public_site after before "
    "candidate natural composite unique cluster clustering shard sharding map dict json attribute column "
    "field locale message label state event query react host_public verification verify"
)
#: Words before "token" in the name of a credential.
TOKEN_OWNERS = word_set(
    "access account actor admin api app application auth authenticity authentication authorization bearer "
    "bot client consumer csrf deploy device firebase fcm push github gitlab id identity install "
    "installation invite invitation job jwt login magic mfa middleware oauth oauth2 otp page_access "
    "personal private project push refresh registration reset root runner saml secret security service "
    "session shared signed slack sso stream subject sudo telegram trigger unsubscribe upload user vault "
    "verification verifytoken web webhook xsrf impersonation temporary temp deploytoken password email "
    "confirmation activation recovery remember rememberme single signon ephemeral chat download share "
    "request"
)
#: Words before "token" where it isn't a credential: cursors, tokenizers, currencies, locks, styles.
PUBLIC_TOKENS = word_set(
    # cursors through a list
    "next nextpage prev previous page paging pager pagination continuation continue resume resumption "
    "scroll skip delta sync change changes cursor start starting end ending after before more offset "
    "seek anchor range since revision window segment chunk load step slice browse timeline events items item "
    "entries entry records record rows sequence snapshot history view forward backward lookback resync "
    "position marker iterator list listing query search batch checkpoint last first results result "
    "bookmark feed poll polling partition report clientrequest withdrawal "
    # tokenizers and language models
    "eos bos pad unk sep cls mask stop special newline prompt completion max min total cached reasoning "
    "prefix suffix middle image audio text word sub subword vocab vocabulary added additional decoder "
    "encoder forced suppress begin generation speech think thinking tool function assistant system lexer "
    "syntax symbol lemma "
    # currencies and contracts on blockchains
    "from to in out input output base quote sell buy native wrapped governance reward staking lp pool gas "
    "fee erc20 erc721 nft collateral debt underlying asset src dst source destination "
    # locks, styles, assemblies
    "fencing lock opaquelock lease cancellation design color colour theme style font spacing public change version "
    "etag idempotency row concurrency file path remaining limit used ratelimitreset"
)
#: Session identifiers as web servers and frameworks call them, without separators.
SESSIONS = word_set(
    "sid ssid sessionid sessid phpsessid jsessionid aspsessionid aspnetsessionid connectsid sessionkey "
    "jsession cfid cftoken beakersessionid laravelsession railssession cisessions "
    "zmauthtoken sessionhandle"
)
#: Names of credentials that end in another word, without separators.
CREDENTIALS = word_set(
    "psk wpapsk presharedkey hmac "
    # HTTP and proxies
    "authorization proxyauthorization xauthorization xforwardedauthorization xauth xamzsecuritytoken "
    # OAuth, OpenID Connect, SAML, CAS
    "assertion clientassertion codeverifier codechallenge authcode authorizationcode devicecode usercode "
    "oauthverifier "
    "samlresponse samlrequest samlart samlassertion idtokenhint loginticket logintoken serviceticket "
    # cloud providers
    "accesskeyid awsaccesskeyid xamzcredential xgoogcredential xamzsignature xgoogsignature accountkey "
    "primarykey1 secretaccesskey storageaccountkey secretstring secretbinary secretid sas sastoken "
    "sharedaccesskey sharedaccesssignature instrumentationkey functionskey xfunctionskey "
    "ocpapimsubscriptionkey "
    # sessions whose values aren't numbers
    "sessiontoken sessiontok "
    # certificates and configurations
    "clientkeydata tlskey sslkey sslkeypem privatekeypem privatekeydata keypem pkcs12 pfx keystorepass "
    "truststorepass htpasswd netrc dockerconfigjson dockercfg kubeconfig pgpass "
    # Basic and digest authentication, WS-Security
    "passworddigest passwdhash bcrypt ha1 binarysecuritytoken usertoken "
    # products whose header or parameter has a name of its own
    "userkey apitok xkey xrapidapikey rapidapikey ddapikey ddapplicationkey hapikey authkey xauthkey "
    "xauthemailkey circletoken gitlabtoken privatetoken jobtoken vaulttoken xvaulttoken "
    "cbaccesspassphrase cbaccesssign cbaccesskey okaccesspassphrase okaccesssign okaccesskey "
    "kcapipassphrase kcapisign kcapikey apisign apikey2 xmbxapikey xgithubotp xotp authenticitytoken "
    "csrfmiddlewaretoken csrf xsrf xcsrf csrftoken xsrftoken requestverificationtoken viewstatekey "
    "mnemonic mnemonicphrase seedphrase recoveryphrase recoverykey walletseed seedhex otpseed totpseed "
    "totpsecret jwt bearer sharedsecret webhooksecret hmackey dsnsecret encryptedpassword cookiesecret "
    "basicauth httpauth credential rspauth "
    # network devices (SNMP)
    "communitystring snmpcommunity "
)
#: One-time codes, PINs and the codes printed on cards, without separators.
CODES = word_set(
    "pin pincode pinnumber newpin oldpin cvv cvv2 cvc cvc2 csc cid cvn cav2 cardcode cardcvc cardcvv "
    "securitycode cardsecuritycode verificationcode verifycode confirmationcode otp otpcode totp totpcode "
    "hotp mfa mfacode mfatoken twofactorcode twofactorauthcode 2facode tfacode smscode onetimecode "
    "onetimepassword onetimepasscode recoverycode recoverycodes backupcode backupcodes scratchcode "
    "scratchcodes logincode authenticatorcode activationcode invitecode resetcode accesscode unlockcode "
    "puk passkeycode signincode challengecode"
)
#: Words before "pat" in the name of a personal access token.
PAT_OWNERS = word_set("github gitlab bitbucket azure devops ado ext git")
#: Codes printed on cards: three or four digits.
CARD_CODES = word_set("cvv cvc csc cid cvn cav")
#: Connection strings.
CONNECTIONS = word_set(
    "connectionstring connectionstrings connstring connstr dsn sentrydsn databaseurl jdbcurl sasurl sasuri"
)
SIGNATURES = word_set(
    "signature signatures sig sign  apisignature apisig requestsignature oauthsignature hubsignature"
)
#: Words at the end that state the kind of what the words before them name.
CONTENT_ENDINGS = word_set(
    "value values data string text plain plaintext raw encrypted base64 b64 hex pem hash hashed digest "
    "salt confirmation confirm confirmed repeat repeated again new old current verify verification "
    "content bytes encoded decrypted input field param parameter header sha md"
)
#: Words anywhere in a name that suggest that a random value is a secret.
SUSPICIOUS = word_set(
    "pkey plaintext rememberme remember psk wstoken "
    "secret secrets token tokens password passwords passwd credential credentials auth oauth "
    "authentication session sessions signature hmac key keys ticket cookie nonce private apikey jwt "
    "bearer otp seed salt license licence cert webhook pass pwd secure security saml assertion "
    "authorization"
)
#: Words at the end of names that describe a credential: "password_length".
ABOUT_ENDINGS = word_set(
    "nonce type types id ids url urls uri uris link at on by expires expiry expiration expire expiresin "
    "expiresat ttl lifetime age count counts limit limits length size total used usage remaining reset "
    "quota max min name names title endpoint endpoints method methods mode modes scope scopes status "
    "state version versions algorithm algorithms alg author authors policy policies enabled disabled "
    "required supported support present valid active exists time date timestamp created updated modified "
    "fqdn issued description label hint help message error errors prefix last4 fingerprint thumbprint arn path "
    "file filename format rule rules strength level location position index config configuration settings "
    "options option provider providers domain realm issuer audience host hostname email user username "
    "owner role roles group groups permission permissions symbol decimals address mint contract amount "
    "balance price chain network pair holder supply logo rate cost budget window offset cursor seconds "
    "minutes code codes class css flair color colour field fields model ref number no num identifier "
    "next prev previous identifiers marker markers consent notice banner change changes changed kid x5t"
)
PREFIXES_ABOUT = word_set(
    "has is was can should must show hide use uses allow allows requires need needs public publishable"
)
#: Each name that says something about its value, and each scheme, contains one of these.
PARTS = word_set(
    "pass pwd psw pw secret tok key auth sess sid sig cred otp pin cv csc cid code jwt saml sas "
    "bearer basic digest hmac ticket cookie nonce dsn conn url phrase mnemonic seed assertion licen "
    "wort senha parool lozinka mdp ha1 mfa puk cert pfx pkcs netrc kube docker verifier cf private "
    "crypt srf contras wacht hasło haslo heslo parola ifre salasana senord adgang kodeord jelsz "
    "парол 密 パスワ 비밀 commun cav plain remember salt secur psk webhook sign"
)
