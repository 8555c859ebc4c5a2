//! Members: what works, what Studio lacks, what the simulator lacks.

use tests::studio::Studio;

use crate::simulator::{check, check_raises};

#[test]
fn unknown_things_raise_in_studios_words() {
    let frame = "local frame = Instance.new('Frame')";
    for (code, expected) in [
        ("return frame.Nope", "Nope is not a valid member of Frame \"Frame\""),
        ("frame.Nope = 1", "Nope is not a valid member of Frame \"Frame\""),
        ("frame:Explode()", "Explode is not a valid member of Frame \"Frame\""),
        (
            "frame.AbsoluteSize = Vector2.new()",
            "Unable to assign property AbsoluteSize. Property is read only",
        ),
        ("frame.Size = 5", "Unable to assign property Size. UDim2 expected, got number"),
        ("frame.Visible = 'yes'", "Unable to assign property Visible. boolean expected, got string"),
        (
            "frame.SizeConstraint = Enum.Font.Code",
            "Unable to assign property SizeConstraint. Enum.SizeConstraint expected, got EnumItem",
        ),
        ("frame.Parent = 'top'", "Unable to assign property Parent. Instance expected, got string"),
        ("frame.GetChildren()", "Expected ':' not '.' calling member function GetChildren"),
        ("frame:GetPropertyChangedSignal('Nope')", "Nope is not a valid property name."),
        ("frame:SetAttribute('name', {})", "table is not a supported attribute type"),
        ("Instance.new('GuiObject')", "Unable to create an Instance of type \"GuiObject\""),
        ("Instance.new('Framez')", "Unable to create an Instance of type \"Framez\""),
        ("Instance.new('HttpService')", "Unable to create an Instance of type \"HttpService\""),
        ("game:GetService('Nope')", "'Nope' is not a valid Service name"),
        ("frame.Parent = frame", "Attempt to set Frame as its own parent"),
        (
            "local inner = Instance.new('Folder', frame) frame.Parent = inner",
            "Attempt to set parent of Frame to Frame.Folder would result in circular reference",
        ),
        (
            "frame:Destroy() frame.Parent = game",
            "The Parent property of Frame is locked, current parent: NULL, new parent Place1",
        ),
    ] {
        check_raises(&format!("{frame} {code}"), expected);
    }
}

#[test]
fn members_that_are_not_simulated_raise_and_are_remembered_even_if_caught() {
    for (code, what) in [
        ("Instance.new('Frame'):TweenPosition()", "Frame:TweenPosition"),
        ("return TweenInfo.new(1)", "TweenInfo.new"),
        ("return Instance.new('Frame').AbsoluteSize", "a value for Frame.AbsoluteSize"),
    ] {
        let mut studio = Studio::builder().build();
        let raised: String = studio
            .eval(&format!("return select(2, pcall(function() {code} end))"))
            .expect("the error is caught");
        assert_eq!(raised, format!("STUDIO-SIM: {what} exists in Studio but is not simulated"));
        assert!(studio.take_unsimulated().contains(what), "{what}");
        studio.assert_clean();
    }
}

#[test]
fn assignment_coerces_as_studio_does() {
    check(
        "local label = Instance.new('TextLabel')
        label.Text = 5
        label.ZIndex = 2.6
        label.SizeConstraint = 'RelativeXX'
        label.TextXAlignment = 0
        return label.Text, label.ZIndex, label.SizeConstraint, label.TextXAlignment.Name",
        &["5", "3", "Enum.SizeConstraint.RelativeXX", "Left"],
    );
}

#[test]
fn defaults_are_those_of_instance_new() {
    check(
        "local label = Instance.new('TextLabel')
        return label.Text, label.TextSize, label.Visible, label.Size == UDim2.new(), label.Font",
        &["Label", "8", "true", "true", "Enum.Font.Legacy"],
    );
}

#[test]
fn font_and_font_face_are_one_value() {
    check(
        "local label = Instance.new('TextLabel')
        label.Font = Enum.Font.SourceSansBold
        local face = label.FontFace.Weight.Name
        label.FontFace = Font.fromEnum(Enum.Font.RobotoMono)
        return face, label.Font.Name",
        &["Bold", "RobotoMono"],
    );
}

#[test]
fn instances_compare_and_index_by_identity() {
    check(
        "local parent, child = Instance.new('Folder'), Instance.new('Frame')
        child.Parent = parent
        return child.Parent == parent, ({ [parent] = 'found' })[child.Parent], parent.Frame == child",
        &["true", "found", "true"],
    );
}

#[test]
fn types_are_named_as_in_studio() {
    check(
        "local frame = Instance.new('Frame')
        local connection = frame.Changed:Connect(function() end)
        return typeof(frame), typeof(frame.Size), typeof(Enum.Font.Code), typeof(frame.Changed), typeof(connection)",
        &["Instance", "UDim2", "EnumItem", "RBXScriptSignal", "RBXScriptConnection"],
    );
}

#[test]
fn enum_items_are_identical_each_time() {
    check(
        "local label = Instance.new('TextLabel')
        return label.TextXAlignment == Enum.TextXAlignment.Center, ({ [Enum.Font.Code] = 1 })[Enum.Font.Code]",
        &["true", "1"],
    );
}

#[test]
fn destroy_reaches_everything_below() {
    check(
        "local top = Instance.new('Folder')
        local below = Instance.new('Folder', top)
        local connection = below.ChildAdded:Connect(function() end)
        top:Destroy()
        return below.Parent, connection.Connected, #top:GetChildren()",
        &["nil", "false", "0"],
    );
}

#[test]
fn clones_are_deep_and_have_no_parent() {
    check(
        "local top = Instance.new('Folder', workspace)
        local label = Instance.new('TextLabel', top)
        label.Text = 'kept'
        label:SetAttribute('mark', 3)
        label:AddTag('tagged')
        local copy = top:Clone()
        local inner = copy.TextLabel
        return copy.Parent, inner.Text, inner:GetAttribute('mark'), inner:HasTag('tagged'), inner == label",
        &["nil", "kept", "3", "true", "false"],
    );
}

#[test]
fn searches_find_what_studio_finds() {
    check(
        "local top = Instance.new('Folder')
        local frame = Instance.new('Frame', top)
        local label = Instance.new('TextLabel', frame)
        label.Name = 'Deep'
        return top:FindFirstChild('Deep'), top:FindFirstChild('Deep', true), top:FindFirstChildWhichIsA('GuiObject'),
            label:FindFirstAncestorOfClass('Folder'), label:IsDescendantOf(top), #top:GetDescendants(),
            label:GetFullName()",
        &["nil", "Deep", "Frame", "Folder", "true", "2", "Folder.Frame.Deep"],
    );
}

#[test]
fn place_and_user_come_from_the_builder() {
    check("return game.GameId, game.PlaceId, game:GetService('StudioService'):GetUserId()", &["1", "2", "1"]);
}
