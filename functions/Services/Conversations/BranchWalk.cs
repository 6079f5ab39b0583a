namespace OpenWebUi.Services.Conversations;

/// <summary>Picks one branch out of messages that come depth by depth, the deepest first.</summary>
internal sealed class BranchWalk(BranchCursor leaf, int limit)
{
    private readonly List<Message> _newestFirst = [];
    private readonly Dictionary<MessageId, IReadOnlyList<MessageId>> _siblings = [];
    private readonly List<Message> _level = [];
    private BranchCursor? _wanted = leaf;

    /// <summary>Enough is there, or the branch has no more.</summary>
    public bool IsOver => _wanted is null || _newestFirst.Count >= limit;

    public void Take(Message message)
    {
        if (_level.Count > 0 && _level[0].Depth != message.Depth)
        {
            EndLevel();
        }

        _level.Add(message);
    }

    public Branch End()
    {
        EndLevel();
        return new([.. Enumerable.Reverse(_newestFirst)], _siblings, _newestFirst.Count > 0 ? _wanted : null);
    }

    private void EndLevel()
    {
        if (IsOver || _level.Count == 0 || _level[0].Depth > _wanted!.Value.Depth)
        {
            _level.Clear();
            return;
        }

        if (_level.Find(m => new BranchCursor(m.Id, m.Depth) == _wanted) is not { } found)
        {
            _wanted = null; // it is not where it should be: nothing above is its branch
        }
        else
        {
            _newestFirst.Add(found);
            _wanted = found.ParentId is { } parent ? new(parent, found.Depth - 1) : null;
            var siblings = _level.Where(m => m.ParentId == found.ParentId).OrderBy(m => m.Rank).ThenBy(m => m.Id.Text, StringComparer.Ordinal).ToList();
            if (siblings.Count > 1)
            {
                _siblings[found.Id] = [.. siblings.Select(m => m.Id)];
            }
        }

        _level.Clear();
    }
}
