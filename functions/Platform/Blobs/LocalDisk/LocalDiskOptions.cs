namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>Where blobs live on this machine.</summary>
/// <param name="Root">
/// The folder, made at first use for the owner alone (folders 0700, files 0600). Nothing else may write in it. A file
/// system with hard links (ext4, xfs, btrfs, APFS, NTFS, NFS; not FAT, not SMB). It may be a symbolic link itself; what
/// is inside may not.
/// </param>
internal sealed record LocalDiskOptions(string Root);
