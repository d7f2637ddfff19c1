"""Tables of the members of JSON objects that describe the values next to them or below them."""

from __future__ import annotations

import re

from pactape.cassettes.scrubbing.detection.names import NameKind
from pactape.cassettes.scrubbing.detection.words import word_set
from pactape.patterns import compile_when_used

__all__ = [
    "BOUND_VARIABLE",
    "CHANGE_KEYS",
    "COLLECTIONS",
    "COLUMN_KEYS",
    "COLUMN_NAME_KEYS",
    "FACTOR_SIBLINGS",
    "FEWEST_SPACES",
    "FLAGGED_KEYS",
    "FLAGS",
    "GENERATED_MEMBERS",
    "GENERATED_TYPE",
    "GRANT_SIBLINGS",
    "HARMLESS_SIBLINGS",
    "KEY_MEMBERS",
    "LABELS",
    "LOGINS",
    "NAME_KEYS",
    "OPERATION",
    "PATH_KEY",
    "PREFIXES",
    "PUBLIC_COLLECTIONS",
    "PUBLIC_MEMBERS",
    "ROW_KEYS",
    "SECRET_DATA",
    "SECRET_KIND",
    "SECRET_KINDS",
    "SECRET_LIST",
    "SECRET_TYPES",
    "SENTENCES",
    "SHORT_WORD",
    "SIBLINGS_OF_CODES",
    "SIGNING_SIBLINGS",
    "SPECIAL_MEMBERS",
    "TYPE_KEYS",
    "TYPE_WRAPPERS",
    "VALUE_KEYS",
    "WHOLLY_SECRET",
]

#: Names of members that name the value next to them: {"name": "password", "value": "…"}.
NAME_KEYS = (
    "name",
    "key",
    "Name",
    "Key",
    "id",
    "field",
    "label",
    "parameter",
    "header",
    "variable",
    "env",
    "k",
    "path",
    "propertyName",
    "ParameterKey",
    "OptionName",
    "fieldName",
    "settingName",
    "option_name",
    "meta_key",
)
VALUE_KEYS = word_set(
    "value Value val values content secretValue string_value stringValue default defaultValue plaintext "
    "new_value old_value newValue oldValue previous_value previousValue fromString toString old new "
    "current text data v propertyValue ParameterValue fieldValue settingValue option_value meta_value"
)
#: Members with the names of a table's columns, next to the rows: {"columns": ["name", "password"], "rows": [[…]]}.
COLUMN_KEYS = word_set("columns cols fields headers header columnNames column_names rowType meta")
#: The members with the name of a column that is an object.
COLUMN_NAME_KEYS = ("name", "field", "key", "title", "id")
ROW_KEYS = word_set("rows values data records")
#: Next to these, below credentials, "value" is a password.
LOGINS = word_set("login user username userName email identifier principal")
#: Below a password's name, the values before and after a change.
CHANGE_KEYS = word_set("from to before after previous")
#: Next to an operation, a path names the value that it changes (RFC 6902; RFC 7644, section 3.5.2).
OPERATION = "op"
PATH_KEY = "path"
#: Next to these, a token is a part of a text or a currency, and not a credential.
HARMLESS_SIBLINGS = word_set(
    "symbol decimals chain chainId chain_id network blockchain contract contractAddress mint amount "
    "balance price logprob logprobs top_logprobs bytes lemma pos upos tag dep ner token_id tokenId "
    "token_str start_offset end_offset position sequence score probability char_start char_end etag ETag "
    "Effect lastModified LastModified StorageClass storageClass bucket Bucket DOI doi-asserted-by unstructured"
)
#: Next to these, a signature belongs to a signed request.
SIGNING_SIBLINGS = word_set(
    "api_key apiKey apikey timestamp expires expiry expire expiration nonce key_id keyId accessKeyId "
    "access_key accessId OSSAccessKeyId policy credential algorithm uploadPreset cloud_name client_id "
    "app_key appKey sign_type x-amz-credential X-Amz-Credential key token password username user email"
)
#: Next to these, `code` is an authorization code.
GRANT_SIBLINGS = frozenset(
    ["grant_type", "grantType", "code_verifier", "codeVerifier", "redirect_uri", "redirectUri"]
)
#: Below these names are words for people, in any language: {"labels": {"secret": "Geheimnis"}}.
LABELS = word_set(
    "labels label hints hint translations i18n locale descriptions description placeholders titles tooltips"
)
#: Below these names are sentences about fields instead of their values.
SENTENCES = word_set(
    "errors error messages message validation validationErrors validation_errors fieldErrors field_errors "
    "invalid-params labels label hints hint translations i18n locale descriptions description help "
    "placeholders titles tooltips"
)
BOUND_VARIABLE = compile_when_used(r"(?<!\w)(\w{1,64}+)\s*:\s*\$(\w+)")
#: The type of Terraform's resources whose `result` is a generated secret.
GENERATED_TYPE = "random_password"
GENERATED_MEMBERS = dict.fromkeys(("result", "bcrypt_hash"), "password")
FLAGGED_KEYS = frozenset({"value", "Value"})
#: Members that mark a value next to them as a secret.
FLAGS = word_set(
    "sensitive masked isSecret is_secret secret isSensitive is_sensitive encrypted isEncrypted secure"
)
SECRET_TYPES = word_set(
    "SecureString secret password securestring Secret sensitive encrypted PASSWORD CONCEALED"
)
#: Members whose values are the type of the value next to them.
TYPE_KEYS = ("type", "Type", "purpose")
#: The private members of a JSON Web Key (RFC 7517), and the public ones, which have no name that counts.
KEY_MEMBERS = {
    **dict.fromkeys(("d", "p", "q", "dp", "dq", "qi", "k"), "private_key"),
    **dict.fromkeys(("n", "x", "y", "e"), ""),
}
#: Members of credentials that are public: certificates.
PUBLIC_MEMBERS = word_set("x5c certificate certificates cert certs client_certificate ca_certificate ca_cert")
#: Next to these, `code` is a one-time code.
FACTOR_SIBLINGS = word_set(
    "phone phoneNumber phone_number challenge challengeId challenge_id factor factor_id factorId mfaToken "
    "mfa_token otpToken otp_token verification_id verificationId"
)
#: The kind of Kubernetes' objects whose data are all secret, whatever their names.
SECRET_KIND = "Secret"  # noqa: S105 -- a kind
SECRET_LIST = "SecretList"  # noqa: S105 -- a kind, too
SECRET_KINDS = (SECRET_KIND, SECRET_LIST)
SECRET_DATA = frozenset({"data", "stringData"})
WHOLLY_SECRET = "secret\0"  # noqa: S105 -- a mark
#: A sentence has words of two letters; a mnemonic has only longer words.
SHORT_WORD = compile_when_used(r"(?<!\S)(?:is|be|to|at|of|or|in|an|no|on)(?!\S)", re.IGNORECASE)
FEWEST_SPACES = 3
COLLECTIONS = word_set("tokens credentials secrets auth session sessions apikeys")
PREFIXES = {
    NameKind.CREDENTIAL: "credential ",
    NameKind.CODE: "credential ",
    NameKind.CONNECTION: "credential ",
    NameKind.TOKEN: "token ",
}
#: Collections of public keys, with the word to put before the names of their members.
PUBLIC_COLLECTIONS = {"publickeys": "public ", "jwk": "", "jwks": ""}

#: Names of types that DynamoDB and tracing protocols put between a name and its value.
TYPE_WRAPPERS = word_set("S N B SS NS BS stringValue string_value intValue bytesValue plainText plain_text")

SIBLINGS_OF_CODES = GRANT_SIBLINGS | FACTOR_SIBLINGS
#: Members for which an object is checked in full, because they may mark another member as a secret.
SPECIAL_MEMBERS = VALUE_KEYS | COLUMN_KEYS | {"query", "kty", "code"}
