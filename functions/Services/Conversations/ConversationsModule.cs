namespace OpenWebUi.Services.Conversations;

/// <summary>What the room is made of.</summary>
internal static class ConversationsModule
{
    public static void AddConversations(this IServiceCollection services, RunOptions options, AttachmentOptions files, FolderOptions folders)
    {
        services.AddSingleton(options);
        services.AddSingleton(files);
        services.AddSingleton(folders);
        services.AddSingleton<FileStore>();
        services.AddSingleton<MessageFiles>();
        services.AddSingleton<ContextFiles>();
        services.AddSingleton<LeftoverStore>();
        services.AddSingleton<MessageOverflow>();
        services.AddSingleton<ChatStore>();
        services.AddSingleton<FolderStore>();
        services.AddSingleton<TagStore>();
        services.AddSingleton<ChatFiling>();
        services.AddSingleton<ChatSearch>();
        services.AddSingleton<MessageStore>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<ChatWriter>();
        services.AddSingleton<KnownImports>();
        services.AddSingleton<ContextWindow>();
        services.AddSingleton<ChatTitles>();
        services.AddSingleton<RunPlaces>();
        services.AddSingleton<AnswerRuns>();
        services.AddHostedService(provider => provider.GetRequiredService<AnswerRuns>());
        services.AddSingleton<AnswerFollower>();
        services.AddSingleton<RepeatedTurns>();
        services.AddSingleton<TurnStarter>();
        services.AddSingleton<ChatRemoval>();
        services.AddSingleton<ShareStore>();
        services.AddSingleton<LeftoverSweep>();
    }
}
