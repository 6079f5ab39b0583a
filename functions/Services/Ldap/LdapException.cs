namespace OpenWebUi.Services.Ldap;

/// <summary>The directory cannot be reached, or does not do its part. The message goes on after "The directory ... cannot be used: " and says what to do.</summary>
internal sealed class LdapException(string message) : Exception(message);
